"""A drawn chart as little SVG: what browsers do not need is dropped, what all children share is said once."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from xml.etree import ElementTree

Element = ElementTree.Element

FONTS = "Arial,Helvetica,'Liberation Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
"""Fonts as wide as the one charts are laid out with, then those with Chinese characters."""

_SVG = "{http://www.w3.org/2000/svg}"
_INHERITED = {
    *("fill", "stroke", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin"),
    *("text-anchor", "font-size", "font-weight", "font-style"),
}
_KEPT = {
    *_INHERITED,
    *("d", "x", "y", "dx", "dy", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height", "transform", "opacity"),
    *("clip-path", "id"),
}
_DEFAULTS = {
    "opacity": "1",
    "stroke-opacity": "1",
    "fill-opacity": "1",
    "x2": "0",
    "y2": "0",
    "font-weight": "normal",
    "text-anchor": "start",
}
_NUMBER = re.compile(r"-?\d*\.\d+(?:e-?\d+)?")
_SHIFT = re.compile(r"translate\(([^,]+),([^)]+)\)")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?")


def compact(svg: str, title: str, description: str) -> str:
    """Return ``svg`` as small as it can be written, named for screen readers; its ids are those of this chart alone."""
    root = ElementTree.fromstring(svg)
    mark = "c" + sha256(svg.encode()).hexdigest()[:8]
    size = {name: root.attrib[name] for name in ("width", "height", "viewBox")}
    for element in root.iter():
        _clean(element, mark)
    _flatten(root)
    _hoist(root)
    root.attrib.clear()
    root.attrib.update({"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "font-family": FONTS})
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        child = Element(tag)
        child.text = text
        root.insert(place, child)
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _clean(element: Element, mark: str) -> None:
    element.tag = element.tag.removeprefix(_SVG)
    kept = {name: _round(name, value) for name, value in element.attrib.items() if name in _KEPT}
    element.attrib.clear()
    element.attrib.update({name: value for name, value in kept.items() if _DEFAULTS.get(name) != value})
    if "id" in element.attrib:
        element.set("id", mark + element.attrib["id"])
    if "clip-path" in element.attrib:
        element.set("clip-path", element.attrib["clip-path"].replace("#", f"#{mark}"))
    circle = _CIRCLE.fullmatch(element.get("d", ""))
    if circle:
        element.tag = "circle"
        element.attrib.pop("d")
        element.set("r", circle[1])
        _move_circle(element)


def _move_circle(circle: Element) -> None:
    shift = _SHIFT.fullmatch(circle.attrib.get("transform", ""))
    if shift:
        circle.attrib.pop("transform")
        circle.attrib.update({"cx": shift[1], "cy": shift[2]})


def _round(name: str, value: str) -> str:
    """Return the numbers of positions to a tenth of a pixel."""
    if name in ("fill", "stroke", "id", "clip-path"):
        return value
    digits = 2 if "opacity" in name or name == "viewBox" else 1
    return _NUMBER.sub(lambda number: f"{round(float(number[0]), digits):g}", value)


def _flatten(element: Element) -> None:
    """Drop what draws nothing, and groups that only hold another."""
    for child in list(element):
        _flatten(child)
        if _draws_nothing(child):
            element.remove(child)
        elif child.tag == "g":
            _merge_only_child(child)


def _draws_nothing(element: Element) -> bool:
    if element.tag == "g":
        return not len(element)
    outline = element.get("d")
    if element.tag == "path" and (not outline or outline == "M0,0h0v0h0Z"):
        return True
    invisible = {None, "none", "transparent"}
    return element.tag == "path" and element.get("fill") in invisible and element.get("stroke") in invisible


def _merge_only_child(group: Element) -> None:
    if group.get("transform") == "translate(0,0)":
        del group.attrib["transform"]
    if len(group) != 1 or group[0].tag != "g" or "clip-path" in group.attrib or "opacity" in group.attrib:
        return
    (child,) = group
    outer, inner = (_SHIFT.fullmatch(each.get("transform", "translate(0,0)")) for each in (group, child))
    if outer is None or inner is None or "clip-path" in child.attrib:
        return
    x, y = (round(float(outer[n]) + float(inner[n]), 2) for n in (1, 2))
    group.attrib.update(child.attrib)
    group.attrib.pop("transform", None)
    if x or y:
        group.set("transform", f"translate({x:g},{y:g})")
    group.remove(child)
    group.extend(list(child))


def _hoist(element: Element) -> None:
    """Have a group say what most of its children say, where all say something; open groups that are left with nothing to say."""
    for child in element:
        _hoist(child)
    _open_groups(element)
    if element.tag != "g" or len(element) < 2:
        return
    for name in sorted(_INHERITED):
        values = Counter(child.attrib[name] for child in element if name in child.attrib)
        if values.total() == len(element):
            (commonest, _), *_ = values.most_common(1)
            element.set(name, commonest)
            for child in element:
                if child.get(name) == commonest:
                    del child.attrib[name]


def _open_groups(element: Element) -> None:
    children: list[Element] = []
    for child in element:
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    element[:] = children

"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const root = document.documentElement;

  // Dark or light.
  const theme = find("theme");
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  prefersDark.addEventListener("change", nameTheme);
  theme.hidden = false;
  nameTheme();

  // The data of a chart as CSV, made here: nothing is fetched.
  const quote = (value) => (value === null ? "" : /[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  const save = (name, rows) => {
    const text = rows.map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
    link.download = `${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const charts = JSON.parse(find("figure-data").textContent);
  for (const button of document.querySelectorAll("button.save")) {
    const chart = charts[button.dataset.figure];
    button.addEventListener("click", () => save(chart.name, [chart.columns, ...chart.rows]));
    button.hidden = false;
  }

  // The methods, to the clipboard or at least selected.
  const copy = find("copy");
  copy.addEventListener("click", async () => {
    const paragraphs = find("paragraphs");
    try {
      await navigator.clipboard.writeText(paragraphs.innerText);
      find("copied").textContent = "Copied.";
    } catch {
      window.getSelection().selectAllChildren(paragraphs);
      find("copied").textContent = "Selected: copy with Ctrl+C or ⌘C.";
    }
  });
  copy.hidden = false;

  // Folded parts are opened for printing, but for the data of charts and the sentences of articles.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not(.data)")].filter((part) => !part.closest(".articles"));
    for (const part of opened) part.open = true;
  });
  window.addEventListener("afterprint", () => { for (const part of opened) part.open = false; });

  // The articles: filtered, and so many at a time.
  const list = document.querySelector("ol.articles");
  if (!list) return;
  const STEP = 20;
  const entries = [...list.children].map((item) => ({
    item, outlet: item.dataset.o, frames: item.dataset.f.split(" "), text: item.textContent.toLowerCase(),
  }));
  const [outlet, frame, sought, more] = ["outlet", "frame", "words-sought", "more"].map(find);
  let shown = STEP;
  const show = () => {
    const words = sought.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const entry of entries) {
      const fits = (!outlet.value || entry.outlet === outlet.value) && (!frame.value || entry.frames.includes(frame.value))
        && words.every((word) => entry.text.includes(word));
      count += fits;
      entry.item.hidden = !fits || count > shown;
    }
    find("found").textContent = `${count.toLocaleString("en")} of ${entries.length.toLocaleString("en")} articles`
      + (count > shown ? `, the first ${shown} shown` : "");
    more.hidden = count <= shown;
  };
  for (const control of [outlet, frame, sought]) {
    control.addEventListener("input", () => { shown = STEP; show(); });
  }
  more.addEventListener("click", () => {
    const next = entries.filter((entry) => !entry.item.hidden).length;
    shown += STEP;
    show();
    entries.filter((entry) => !entry.item.hidden)[next]?.item.querySelector("summary").focus();
  });
  document.querySelector(".filters").hidden = false;
  document.querySelector(".unscripted").hidden = true;
  show();
})();

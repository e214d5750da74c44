"use strict";
// The page of one coder or adjudicator. All text of others goes through textContent: nothing in it is ever markup.

const $ = (id) => document.getElementById(id);
const token = takeToken();
const drafts = new Map(); // codes that were chosen and not saved yet, by sentence: an adjudicator's list of disputes may move
let session = null;
let item = null; // the sentence that the form shows, and its number
let number = 0;
let began = 0;
let busy = false; // while a request is on its way the form takes nothing in: it still shows the sentence before

// The link brings the token behind "#"; it is kept for this tab alone and taken out of the address.
function takeToken() {
  const given = location.hash.slice(1);
  if (given && !document.getElementById(given)) {
    sessionStorage.setItem("framing-token", given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("framing-token") || "";
}

async function ask(path, body) {
  const options = { headers: { "X-Framing-Token": token } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch("/api/" + path, options);
  } catch {
    throw new Error("the program does not answer; is it still running?");
  }
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error), { status: response.status });
  return answer;
}

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") node.className = value;
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const key = (name) => (name ? make("kbd", { "aria-hidden": "true" }, name) : null);
const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);
const clockSeconds = () => performance.now() / 1000;

// ---- building the page once ----

function build() {
  const book = session.codebook;
  document.title = (session.adjudicates ? "Adjudicating · " : "Coding · ") + (book.title || "framing");
  $("title").textContent = book.title || "framing";
  $("who").textContent = session.name + (session.adjudicates ? " adjudicates" : " codes");
  $("version").textContent = "version " + book.version;
  const frames = book.frames.map((frame) => code(frame));
  if (frames.length && !book.single_label) {
    frames.push(choice("checkbox", "frame", "", "n", "None of these", null));
  }
  $("frame-list").replaceChildren(...frames);
  $("frames").hidden = !frames.length;
  $("targets").replaceChildren(...book.targets.map(stanceField));
  $("entries").replaceChildren(...entries(book));
  $("skip").hidden = session.adjudicates;
  $("help-list").replaceChildren(...helpLines(book).flatMap(([keys, does]) => [make("dt", {}, key(keys)), make("dd", {}, does)]));
}

function code(frame) {
  const kind = session.codebook.single_label ? "radio" : "checkbox";
  return choice(kind, "frame", frame.id, frame.key, frame.name, frame);
}

function choice(kind, name, value, letter, label, entry) {
  const input = make("input", { type: kind, name: name, value: value });
  if (letter) input.setAttribute("aria-keyshortcuts", letter);
  const box = make("div", { class: "code" }, make("label", {}, input, key(letter), make("span", { class: "words" }, make("span", {}, label))));
  box.dataset.code = value;
  if (entry) {
    const about = make("button", { type: "button", class: "about", "aria-label": "Codebook: " + label, title: "Codebook: " + label }, "i");
    about.addEventListener("click", () => openEntry(entry.id));
    box.append(about);
    input.addEventListener("focus", () => openEntry(entry.id, true));
  }
  input.addEventListener("change", () => changed(input));
  return box;
}

function stanceField(target) {
  const legend = make("legend", {}, "Stance towards " + target.name);
  const values = Object.entries(target.keys).map(([value, digit]) => choice("radio", "stance " + target.id, value, digit, value, null));
  const field = make("fieldset", {}, legend, make("div", { class: "values" }, ...values));
  field.dataset.target = target.id;
  return field;
}

function entries(book) {
  const rules = book.rules.length ? [fold("general rules", "General rules", [list(null, book.rules)])] : [];
  const frames = book.frames.map((frame) =>
    fold(frame.id, frame.name, [
      frame.definition ? make("p", {}, frame.definition) : null,
      list("Include", frame.include), list("Exclude", frame.exclude), list("Boundary", frame.boundary), list("Examples", frame.examples),
    ]));
  const targets = book.targets.map((target) =>
    fold(target.id, "Stance: " + target.name, [
      target.definition ? make("p", {}, target.definition) : null,
      list("Rules", target.rules), list("Examples", target.examples.map(([stance, text]) => stance + ": " + text)),
    ]));
  return [...rules, ...frames, ...targets];
}

function fold(id, name, parts) {
  const entry = make("details", {}, make("summary", {}, name), ...parts);
  entry.dataset.entry = id;
  entry.open = id === "general rules";
  return entry;
}

function list(title, lines) {
  if (!lines.length) return null;
  return make("div", {}, title ? make("h4", {}, title) : null, make("ul", {}, ...lines.map((line) => make("li", {}, line))));
}

function openEntry(id, quietly) {
  for (const entry of $("entries").children) {
    if (entry.dataset.entry === id) {
      entry.open = true;
      if (!quietly || innerWidth > 960) entry.scrollIntoView({ block: "nearest" });
    } else if (entry.dataset.entry !== "general rules") entry.open = false;
  }
}

function helpLines(book) {
  const lines = book.frames.map((frame) => [frame.key, frame.name]);
  if (!book.single_label && book.frames.length) lines.push(["n", "None of these frames"]);
  for (const target of book.targets) {
    const digits = Object.entries(target.keys).filter(([, digit]) => digit);
    if (digits.length) lines.push([digits.map(([, digit]) => digit).join(" "), target.name + ": " + digits.map(([value]) => value).join(", ")]);
  }
  if (session.adjudicates) lines.push([", . -", "Take the codes of the first, second, third coder"]);
  else lines.push(["x", "Skip: pass it over; the list above leads back to it"]);
  lines.push(["Enter", "Save, and go to the next open sentence"], ["← →", "Move without saving"], ["z", "Undo the last decision"],
    ["!", "Flag for discussion"], ["/", "Write a note (Esc leaves it)"], ["?", "These keys"]);
  return lines;
}

// ---- one sentence ----

async function go(to) {
  item = await ask("items/" + to);
  number = to;
  began = clockSeconds();
  $("source").textContent = [item.outlet, item.title, item.date].filter(Boolean).join(" · ");
  $("before").textContent = item.before.filter((sentence) => sentence !== item.title).join(" ");
  $("text").textContent = item.text;
  $("after").textContent = item.after.join(" ");
  const kept = drafts.get(sentenceKey());
  fill(kept || initial());
  showCodings();
  showSuggestions();
  overview();
  $("main").hidden = false;
  $("message").hidden = true;
  $("reading").focus({ preventScroll: true });
  scrollTo(0, 0);
  const state = session.states[number];
  if (kept) say("Not saved yet.");
  else if (state === "open") say("");
  else say({ coded: "Saved", skipped: "Skipped", rejected: "Not codable" }[state] + (item.decision ? ", " + clock(item.decision.time) + "." : "."));
}

const sentenceKey = () => item.article + "\n" + item.id;

// What the form holds before anyone touches it. An adjudicator must decide on every disputed label, so these start undecided.
function initial() {
  const stance = Object.create(null); // no target is taken for what every object has, whatever it is called
  if (item.decision && item.decision.status === "coded") {
    return { ...item.decision, none: !item.decision.frames.length, undecided: [] };
  }
  const note = item.decision ? item.decision.note : null;
  const flagged = item.decision ? item.decision.flagged : false;
  if (session.adjudicates) {
    return { frames: item.agreed.frames, stance: item.agreed.stance, none: false, undecided: item.disputed, note, flagged };
  }
  for (const target of session.codebook.targets) stance[target.id] = "none";
  return { frames: [], stance, none: false, undecided: [], note, flagged };
}

function fill(state) {
  for (const input of frameInputs()) {
    input.checked = input.value ? state.frames.includes(input.value) : state.none;
    input.indeterminate = state.undecided.includes(input.value);
    mark(input);
  }
  for (const field of $("targets").children) {
    for (const input of field.querySelectorAll("input")) input.checked = own(state.stance, field.dataset.target) === input.value;
    field.classList.toggle("disputed", Boolean(item.disputed && item.disputed.includes(field.dataset.target)));
  }
  $("note").value = state.note || "";
  $("flag").checked = state.flagged;
}

function mark(input) {
  const disputed = item.disputed && input.value && item.disputed.includes(input.value);
  input.closest(".code").classList.toggle("disputed", Boolean(disputed));
}

const frameInputs = () => [...$("frame-list").querySelectorAll("input")];
const framesChosen = () => frameInputs().filter((input) => input.value && input.checked).map((input) => input.value);
const noneInput = () => frameInputs().find((input) => !input.value);

function read() {
  const stance = Object.create(null);
  for (const field of $("targets").children) {
    const chosen = field.querySelector("input:checked");
    if (chosen) stance[field.dataset.target] = chosen.value;
  }
  return {
    frames: framesChosen(),
    stance,
    none: Boolean(noneInput() && noneInput().checked),
    undecided: frameInputs().filter((input) => input.indeterminate).map((input) => input.value),
    note: $("note").value,
    flagged: $("flag").checked,
  };
}

function changed(input) {
  if (input.type === "radio" && input.name === "frame") for (const other of frameInputs()) other.indeterminate = false;
  if (input.type === "checkbox" && input.name === "frame" && input.checked) {
    if (!input.value) for (const other of frameInputs()) { if (other.value) { other.checked = false; other.indeterminate = false; } }
    else if (noneInput()) noneInput().checked = false;
  }
  touched();
}

function touched() {
  drafts.set(sentenceKey(), read());
  say("Not saved yet.");
}

function showCodings() {
  $("compare").hidden = !session.adjudicates;
  for (const box of $("form").querySelectorAll(".chip")) box.remove();
  if (!session.adjudicates) return;
  const names = (ids) => ids.map((id) => (session.codebook.frames.find((frame) => frame.id === id) || { name: id }).name);
  const differ = session.codebook.frames.some((frame) => item.disputed.includes(frame.id));
  $("compare").replaceChildren(...item.codings.map((coding, place) => {
    const take = make("button", { type: "button" }, "Take these codes ", key([",", ".", "-"][place]));
    take.addEventListener("click", () => takeCodes(coding));
    const stances = session.codebook.targets.map((target) => make("p", { class: item.disputed.includes(target.id) ? "differs" : "" },
      target.name + ": " + (own(coding.stance, target.id) || "not coded")));
    if (coding.status !== "coded") {
      const judged = make("p", { class: "differs" }, "Not codable");
      return make("div", { class: "coding" }, make("h3", {}, coding.coder || "no name"), judged, note(coding));
    }
    return make("div", { class: "coding" }, make("h3", {}, coding.coder || "no name"),
      make("p", { class: differ ? "differs" : "" },
        names(coding.frames).join(", ") || "no frame"),
      ...stances, note(coding), take);
  }));
  for (const coding of item.codings) {
    for (const box of $("frame-list").children) {
      if (box.dataset.code && coding.frames.includes(box.dataset.code)) box.querySelector(".words").append(make("span", { class: "chip" }, coding.coder || "?"));
    }
    for (const field of $("targets").children) {
      const box = [...field.querySelectorAll(".code")].find((each) => each.dataset.code === own(coding.stance, field.dataset.target));
      if (box && coding.status === "coded") box.querySelector(".words").append(make("span", { class: "chip" }, coding.coder || "?"));
    }
  }
}

function note(coding) {
  const said = [coding.flagged ? "⚑ Flagged for discussion." : "", coding.note ? "Note: " + coding.note : ""].filter(Boolean);
  return said.length ? make("p", {}, said.join(" ")) : null;
}

function takeCodes(coding) {
  fill({ ...coding, none: !coding.frames.length, undecided: [], note: $("note").value, flagged: $("flag").checked });
  touched();
}

function showSuggestions() {
  $("banner").hidden = !session.assisted;
  if (!session.assisted) return;
  $("banner").textContent = "You see a model's suggestions: these codings are not blind, and agreement leaves them out.";
  for (const box of $("form").querySelectorAll(".code")) {
    const field = box.closest("[data-target]");
    const chance = own(item.suggestions, field ? field.dataset.target + ":" + box.dataset.code : box.dataset.code);
    if (chance !== undefined) box.querySelector(".words").append(make("span", { class: "chip" }, "model " + Math.round(100 * chance) + "%"));
  }
}

function overview() {
  const states = session.states;
  const done = states.filter((state) => state !== "open").length;
  const flagged = session.flags.filter(Boolean).length;
  $("bar").max = Math.max(1, states.length);
  $("bar").value = done;
  $("count").textContent = done + " of " + states.length + (session.adjudicates ? " disputes settled" : " decided")
    + (flagged ? ", " + flagged + " flagged" : "");
  const signs = { open: "", coded: " ✓", skipped: " skipped", rejected: " not codable" };
  $("jump").replaceChildren(...states.map((state, place) =>
    make("option", { value: String(place) }, place + 1 + signs[state] + (session.flags[place] ? " ⚑" : ""))));
  $("jump").value = String(number);
  $("jump").parentElement.hidden = !states.length;
}

const clock = (time) => (time ? new Date(time).toLocaleTimeString() : "");

function say(text, alarm = false) {
  $("status").textContent = text;
  $("status").classList.toggle("alarm", alarm);
}

// ---- deciding ----

function lacking(state) {
  const book = session.codebook;
  const undecided = state.undecided.map((id) => book.frames.find((frame) => frame.id === id).name);
  for (const target of book.targets) if (!state.stance[target.id]) undecided.push("stance towards " + target.name);
  if (undecided.length) return "Decide on: " + undecided.join(", ") + ".";
  if (book.frames.length && !state.frames.length && !state.none) {
    if (session.adjudicates && !book.single_label) return "";
    return book.single_label ? "Choose a frame." : "Choose a frame, or n for none of these.";
  }
  return "";
}

async function decide(status) {
  const state = read();
  if (status === "coded") {
    const missing = lacking(state);
    if (missing) return say(missing, true);
  }
  const [at, key] = [number, sentenceKey()];
  const body = { status, frames: state.frames, stance: state.stance, note: state.note || null, flagged: state.flagged,
    seconds: Math.round(10 * (clockSeconds() - began)) / 10, article: item.article, id: item.id, parents: item.parents,
    seen: item.decision ? item.decision.decision : null };
  await work(async () => {
    const answer = await ask("items/" + at, body);
    drafts.delete(key);
    take(answer);
    const following = nextOpen(at);
    overview();
    say("Saved " + clock(answer.saved) + ".");
    if (following === null) return finished();
    try {
      await go(following);
    } catch (error) {
      return say("Saved, but the next sentence cannot be shown: " + error.message, true);
    }
    say("Saved " + clock(answer.saved) + ".");
  }, "Not saved: ");
}

// One thing at a time: a second Enter while the first is on its way does nothing.
async function work(task, failed = "") {
  if (busy) return;
  busy = true;
  $("form").inert = true;
  try {
    await task();
  } catch (error) {
    say(failed + error.message, true);
  } finally {
    busy = false;
    $("form").inert = false;
  }
}

function take(answer) {
  session.states = answer.states;
  session.flags = answer.flags;
}

function nextOpen(after) {
  const count = session.states.length;
  for (let step = 1; step <= count; step += 1) {
    const place = (after + step) % count;
    if (session.states[place] === "open") return place;
  }
  return null;
}

function finished() {
  overview();
  const count = (state) => session.states.filter((each) => each === state).length;
  const lines = session.adjudicates
    ? [session.states.length ? "Every dispute is settled." : "No sentence is disputed: where two coders coded the same sentence, they agree."]
    : ["Every sentence has a decision: " + count("coded") + " coded, " + count("skipped") + " skipped, " + count("rejected") + " not codable."];
  if (session.states.length) lines.push("All is saved. You may close this page, or go back to a sentence with the list above.");
  $("main").hidden = true;
  show(session.states.length ? "Done" : "Nothing to do", lines);
  if (!session.states.length) return;
  const again = make("button", { type: "button" }, "Back to the last sentence");
  again.addEventListener("click", () => work(() => go(number)));
  const back = make("button", { type: "button" }, "Undo the last decision ", key("z"));
  back.addEventListener("click", undo);
  $("message").append(make("div", { class: "actions" }, again, back));
}

function show(title, lines) {
  $("message").replaceChildren(make("h2", {}, title), ...lines.map((line) => make("p", {}, line)));
  $("message").hidden = false;
  $("message").focus();
}

function stop(title, reason) {
  $("main").hidden = true;
  show(title, [reason]);
}

async function undo() {
  await work(async () => {
    const answer = await ask("undo", {});
    take(answer);
    if (answer.number === null) return say("There is nothing left to undo.");
    await go(answer.number);
    drafts.delete(sentenceKey());
    fill(initial());
    say("Undone: this sentence is as it was before.");
  }, "Not undone: ");
}

function move(step) {
  const to = number + step;
  if (to < 0 || to >= session.states.length) return say(step < 0 ? "This is the first sentence." : "This is the last sentence.");
  work(() => go(to));
}

// ---- keys ----

function setKeys(on) {
  localStorage.setItem("framing-keys", on ? "on" : "off");
  $("keys").setAttribute("aria-pressed", String(on));
  $("keys").textContent = on ? "Keys on" : "Keys off";
  document.body.classList.toggle("keys-off", !on);
}

const commands = {
  x: () => (session.adjudicates ? null : decide("skipped")),
  z: undo,
  "!": () => { $("flag").checked = !$("flag").checked; touched(); },
  "/": () => $("note").focus(),
  "?": () => $("helpbox").showModal(),
  ArrowLeft: () => move(-1),
  ArrowRight: () => move(1),
  ",": () => takeOf(0), ".": () => takeOf(1), "-": () => takeOf(2),
};

function takeOf(place) {
  const coding = session.adjudicates && item.codings[place];
  if (coding && coding.status === "coded") takeCodes(coding);
}

function press(event) {
  if (busy || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || !session || $("helpbox").open) return;
  if ($("main").hidden) {
    if (event.key === "z" && session.states.length) undo();
    return;
  }
  const at = event.target;
  if (at === $("note")) {
    if (event.key === "Escape") $("reading").focus();
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); if (!event.repeat) decide("coded"); }
    return;
  }
  if (at.tagName === "SELECT") return;
  const reads = at === document.body || at === $("reading") || at.tagName === "INPUT";
  if (event.key === "Enter") {
    if (reads) { event.preventDefault(); if (!event.repeat) decide("coded"); } // a key held down is one decision
    return;
  }
  if ($("keys").getAttribute("aria-pressed") !== "true") return;
  const pressed = event.getModifierState("CapsLock") ? event.key.toLowerCase() : event.key;
  const run = commands[pressed] || coded(pressed);
  if (run) { event.preventDefault(); run(); }
}

function coded(pressed) {
  const input = [...$("form").querySelectorAll("input[aria-keyshortcuts]")].find((each) => each.getAttribute("aria-keyshortcuts") === pressed);
  if (!input) return null;
  return () => {
    if (input.type === "radio") input.checked = true;
    else if (input.indeterminate) { input.indeterminate = false; input.checked = true; }
    else input.checked = !input.checked;
    changed(input);
    if (input.name === "frame" && input.value) openEntry(input.value, true);
  };
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  $("theme").textContent = dark ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", "Switch to " + (dark ? "light" : "dark") + " colours");
}

async function start() {
  setTheme(localStorage.getItem("framing-theme"));
  setKeys(localStorage.getItem("framing-keys") !== "off");
  $("theme").addEventListener("click", () => {
    const dark = $("theme").textContent === "Dark";
    localStorage.setItem("framing-theme", dark ? "dark" : "light");
    setTheme(dark ? "dark" : "light");
  });
  addEventListener("hashchange", () => location.reload()); // another link was opened in this tab
  if (!token) return stop("This page needs its whole link", "Open the link that the command printed: the part behind # is your key.");
  try {
    session = await ask("session");
  } catch (error) {
    return stop(error.status === 403 ? "This link no longer works" : "The page cannot start", error.message);
  }
  build();
  $("form").addEventListener("submit", (event) => { event.preventDefault(); decide("coded"); });
  $("skip").addEventListener("click", () => decide("skipped"));
  $("reject").addEventListener("click", () => decide("rejected"));
  $("undo").addEventListener("click", undo);
  $("back").addEventListener("click", () => move(-1));
  $("next").addEventListener("click", () => move(1));
  $("note").addEventListener("input", touched);
  $("flag").addEventListener("change", touched);
  $("help").addEventListener("click", () => $("helpbox").showModal());
  $("keys").addEventListener("click", () => setKeys($("keys").getAttribute("aria-pressed") !== "true"));
  $("jump").addEventListener("change", () => work(() => go(Number($("jump").value))));
  document.addEventListener("keydown", press);
  // A click leaves the keys with the sentence, so that Enter saves; who moves with Tab stays where they are.
  document.addEventListener("click", (event) => {
    if (event.detail && !$("main").hidden && event.target.closest("header button, .about, summary") && !$("helpbox").open) {
      $("reading").focus({ preventScroll: true });
    }
  });
  $("helpbox").addEventListener("close", () => $("reading").focus({ preventScroll: true }));
  addEventListener("beforeunload", (event) => { if (drafts.size) event.preventDefault(); });
  const first = nextOpen(-1);
  if (first === null) return finished();
  await work(() => go(first));
}

start();

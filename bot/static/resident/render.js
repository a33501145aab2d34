// A message as it stands in the log: speaker, bubbles, cards, buttons.

import * as cards from "./cards.js";
import { icon, make, paragraphs, when } from "./make.js";

const GAP = 30 * 60 * 1000;
const ICONS = [[/进度/, "list-search"], [/人工|值班员/, "headset"], [/登记|办理/, "file-plus"], [/110|120|拨打/, "phone"]];
let before = null;

// The nodes of one message. `act` has press(number, button), say(text).
export function render(message, act) {
  const at = new Date(message.at);
  const date = !before || at - before.at > GAP ? make("p", { class: "when" }, when(at)) : null;
  const same = !date && before.author === message.author && before.name === message.name;
  before = { at, author: message.author, name: message.name };
  const turn = make("div", { class: same ? "turn same" : "turn", "data-number": message.number ?? "", "data-author": message.author });
  if (message.author === "resident") turn.append(...mine(message));
  else turn.append(same ? make("span", { class: "unseen" }, speaker(message)) : label(message), ...theirs(message, act));
  return date ? [date, turn] : [turn];
}

export const startOver = () => { before = null; };

function mine(message) {
  const photos = (message.previews ?? message.pictures?.map((id) => `/pictures/${id}`) ?? []).map((src, index) =>
    make("img", { src, alt: `您发的图片 ${index + 1}`, loading: "lazy" }));
  const bubble = message.text ? make("p", { class: "mine" }, make("span", { class: "unseen" }, "您说："), message.text) : null;
  return [photos.length ? make("div", { class: "photos" }, ...photos) : null, bubble].filter(Boolean);
}

const speaker = (message) => (message.author === "staff" ? `值班员 ${message.name ?? ""}：` : "助手：");

function label(message) {
  if (message.author !== "staff") return make("p", { class: "speaker" }, icon("robot"), "助手");
  const org = message.custom.org ? ` · ${message.custom.org}` : "";
  return make("p", { class: "speaker" }, icon("headset"), `值班员 ${message.name ?? ""}${org}`, make("span", { class: "badge ok" }, "本人回复"));
}

function theirs(message, act) {
  const { custom, text } = message;
  const groups = buttons(message, act);
  if (custom.notice) return [make("div", { class: "bubble small" }, ...paragraphs(text.replace(/全文：\S+\s*$/, "")), make("p", {}, make("a", { href: custom.notice.url, target: "_blank", rel: "noopener" }, "看全文")))];
  const linked = message.buttons.some((button) => /进度/.test(button.title));
  if (custom.retrieval_code) return [...cards.ticket(custom, !linked).filter(Boolean), ...groups];
  if (custom.summary) {
    const change = (row) => act.change(message, row);
    return [cards.summary(custom, change, groups)];
  }
  if (custom.progress) return [...cards.progress(custom, !linked).filter(Boolean), ...groups];
  if (custom.lines?.length) return [...emergency(custom, text), ...groups];
  return [...bubbles(custom, text), ...groups];
}

// The calm words come before the card where someone thinks of ending his life, after it elsewhere.
function emergency(custom, text) {
  const lines = text.split("\n").filter((line) => line.trim() && !custom.lines.some((entry) => line.includes(entry.number)));
  if (!cards.calm(custom)) return [cards.danger(custom), ...lines.length ? [bubble(lines)] : []];
  return [...lines.length ? [bubble(lines.slice(0, 1))] : [], cards.danger(custom), ...lines.length > 1 ? [bubble(lines.slice(1))] : []];
}

const bubble = (lines) => make("div", { class: "bubble" }, ...paragraphs(lines.join("\n")));

// An answer's note and source have a place of their own and are not said twice.
function bubbles(custom, text) {
  const { note, source, checked } = custom;
  const told = (line) => (note && (line.includes(note) || (line.length > 6 && note.includes(line.trim())))) || (source && (/^[（(]?(依据|来源|出处)/.test(line) || line.trim() === source));
  const lines = text.split("\n").filter((line) => !told(line));
  const parts = paragraphs(lines.join("\n"));
  if (note) parts.push(make("p", { class: "notice soon" }, icon("info-circle"), make("span", {}, note)));
  if (source) {
    const words = make("span", {}, /^依据/.test(source) ? source : `依据：${source}`, checked ? `　${checked}` : "");
    parts.push(make("p", { class: "source" }, icon("book"), words));
  }
  return parts.length ? [make("div", { class: "bubble" }, ...parts)] : [];
}

function buttons(message, act) {
  const quiet = message.buttons.filter((button) => button.look === "quiet");
  const beside = (button) => quiet.length > 0 && button.look === "person";
  const open = message.buttons.filter((button) => button.look !== "quiet" && !beside(button) && !changes(message, button));
  const result = [];
  if (open.length) result.push(grid(message, open, act));
  if (quiet.length) result.push(row(message, [...quiet, ...message.buttons.filter(beside)], act));
  return result;
}

// Buttons of the summary that change one row: they stand in the row.
export const changes = (message, button) =>
  message.custom.summary?.rows.find((row) => button.title.replace(/^(修?改|更正)[ ：:]?/, "") === row.label && /^(修?改|更正)/.test(button.title));

function grid(message, open, act) {
  const filled = open.find((button) => button.look === "primary");
  const short = open.filter((button) => !["primary", "danger", "person"].includes(button.look));
  const three = short.length > 2 && short.filter((button) => button.title.length <= 4).length > 2;
  const group = make("div", { class: three ? "answers" : "answers two", role: "group", "aria-label": "可选的回答", "data-group": "open" });
  for (const button of open) {
    const wide = ["primary", "danger", "person"].includes(button.look) || button.title.length > (three ? 9 : 10) || open.length === 1;
    const look = button === filled ? " primary" : button.look === "danger" ? " danger" : " act";
    const node = make("button", { type: "button", class: `button${look}${wide ? " wide" : ""}`, "data-title": button.title }, symbol(button, wide), button.title);
    if (three && !wide && button.title.length > 4) node.classList.add("span");
    group.append(wire(node, message, button, act));
  }
  return done(group, message, false);
}

function symbol(button, wide) {
  const found = wide && button.look !== "plain" && ICONS.find(([pattern]) => pattern.test(button.title));
  return found ? icon(found[1]) : null;
}

const THUMBS = { 有用: "thumb-up", 没用: "thumb-down" };

function row(message, quiet, act) {
  const group = make("div", { class: "quiet", role: "group", "aria-label": "这个回答", "data-group": "quiet" }, "这个回答");
  for (const button of quiet) {
    const name = THUMBS[button.title] ?? (button.look === "person" ? "headset" : null);
    const node = make("button", { type: "button", class: button.look === "person" ? "link person" : "link", "data-title": button.title }, name ? icon(name) : null, button.title);
    group.append(wire(node, message, button, act));
  }
  return done(group, message, true);
}

function wire(node, message, button, act) {
  node.addEventListener("click", () => act.press(message.number, button));
  return node;
}

function done(group, message) {
  for (const title of message.pressed ?? []) mark(group, title);
  return group;
}

// After use the buttons stay, disabled, the chosen one marked; 转人工 beside 有用 stays open.
function mark(group, title) {
  const chosen = [...group.querySelectorAll("button")].find((node) => node.dataset.title === title);
  if (!chosen) return;
  for (const node of group.querySelectorAll("button")) if (node === chosen || !node.classList.contains("person")) node.disabled = true;
  chosen.classList.add("pressed");
  chosen.classList.remove("primary", "danger");
  if (!chosen.querySelector(".tick")) {
    const tick = icon("check");
    tick.classList.add("tick");
    chosen.prepend(tick);
    chosen.setAttribute("aria-label", `${title}，已选`);
  }
}

export function markPressed(number, title) {
  for (const group of document.querySelectorAll(`[data-number="${number}"] [data-group]`)) mark(group, title);
}

// One filled button in view: what was offered before becomes outlined.
export function fade(log, except) {
  if (!except.querySelector(".button.primary, .button.danger")) return;
  for (const node of log.querySelectorAll(".button.primary")) {
    if (except.contains(node)) continue;
    node.classList.replace("primary", "act");
  }
}

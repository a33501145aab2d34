// Cards for what is more than text: danger, summary, ticket, progress.

import { icon, make, page, spelt } from "./make.js";

const HEADINGS = { violence: "先保安全：现在就打 110", child: "先保孩子安全：现在就打 110", suicide: "现在就有人能听您说", harm: "先保安全：现在就打 120" };
const CALM = "suicide";

export function danger(custom) {
  const rows = custom.lines.map((line) => {
    const words = [make("p", {}, line.name), line.what ? make("p", {}, line.what) : null];
    const call = make("a", { class: line.strong ? "call strong" : "call", href: `tel:${line.number}`, "aria-label": `拨打 ${line.number} ${line.name}` }, icon("phone"), "拨打");
    return make("li", {}, make("b", {}, line.number), make("div", {}, ...words), call);
  });
  const heading = custom.heading ?? HEADINGS[custom.kind] ?? HEADINGS.violence;
  return make("div", { class: "card danger-card", role: "alert" }, make("h3", {}, heading), make("ul", {}, ...rows));
}

export const calm = (custom) => custom.kind === CALM;

// The summary before filing. `change(row)` is called for 改; the buttons come in from outside.
export function summary(custom, change, buttons) {
  const rows = custom.summary.rows.map((row) => {
    const press = make("button", { type: "button", class: "link", "aria-label": `改${row.label}`, onclick: () => change(row) }, "改");
    return make("div", {}, make("dt", {}, row.label), make("dd", {}, shown(row.value), press));
  });
  const who = custom.summary.who;
  return make("div", { class: "bubble summary" }, make("h3", {}, "请核对，没错就提交"), make("dl", {}, ...rows), who ? make("p", { class: "for" }, who) : null, ...buttons);
}

// A masked number is read as its last digits.
function shown(value) {
  const tail = /\*{4,}(\d{3,4}[\dXx]?)$/.exec(String(value));
  return tail ? twice(value, `尾号 ${tail[1]}`) : make("span", {}, value);
}

// One text for the eye, another for the ear.
const twice = (seen, heard, look = "") =>
  make("span", {}, make("span", { class: look, "aria-hidden": "true" }, seen), make("span", { class: "unseen" }, heard));

// `link` asks for a link to the look-up page, where no button leads there.
export function ticket(custom, link) {
  const { ticket_number: number, retrieval_code: code, filed } = custom;
  const urgent = Boolean(custom.urgent || filed?.urgent);
  const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
  const state = make("p", { class: "unseen", role: "status" });
  const buttons = make("div", { class: "pair" },
    make("button", { type: "button", class: "button act", onclick: () => copy(`工单号 ${number}，取回码 ${code}`, state) }, icon("copy"), "复制"),
    make("button", { type: "button", class: "button act", onclick: () => save(number, spaced) }, icon("photo-down"), "存成图片"));
  const card = make("div", { class: urgent ? "bubble ticket urgent" : "bubble ticket" },
    make("h3", {}, icon(urgent ? "urgent" : "circle-check"), urgent ? "已按紧急登记" : filed?.headline || "已登记，工作人员正在审核"),
    make("div", { class: "in" },
      make("span", { class: "tag" }, "工单号"), twice(number, spelt(number), "big"),
      make("span", { class: "tag" }, "取回码（查进度要用）"), twice(spaced, spelt(code), "big spaced"),
      ...(urgent ? [make("p", { class: "soft" }, "记在别人看不到的地方；不方便就不用记。")] : [
        make("p", { class: "notice soon" }, icon("camera"), make("span", {}, "请截图或抄下来。别人知道号码和取回码，也能看到进度。")), buttons, state])));
  return [card, next(filed?.next), link ? look(number) : null];
}

function next(lines) {
  if (!lines?.length) return null;
  return make("div", { class: "bubble next" }, make("h3", {}, "接下来"), make("ol", {}, ...lines.map((line) => make("li", {}, line))));
}

const look = (number) => make("a", { class: "button act", href: `/track/${number}` }, icon("list-search"), "看进度");

export function progress(custom, link) {
  const { number, service, state_name: state, headline, explanation, steps = [] } = custom.progress;
  const now = steps.find((step) => step.status === "now");
  const card = make("div", { class: "bubble progress-card" },
    make("p", {}, make("span", { class: "badge" }, state), " ", make("span", { class: "soft" }, service)),
    make("p", { class: "headline" }, headline),
    explanation ? make("p", { class: "soft" }, explanation) : null,
    now ? make("p", {}, now.title, now.detail ? `：${now.detail}` : "") : null,
    make("p", { class: "source" }, icon("list-search"), make("span", { class: "code" }, number)));
  return [card, link ? look(number) : null];
}

async function copy(text, state) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = make("textarea", { class: "unseen" });
    box.value = text;
    state.after(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  state.classList.remove("unseen");
  state.textContent = "已复制";
}

function save(number, code) {
  const canvas = document.createElement("canvas");
  canvas.width = 900;
  canvas.height = 560;
  const pen = canvas.getContext("2d");
  const family = getComputedStyle(document.documentElement).fontFamily;
  const write = (text, size, y, weight = 400, colour = "#1a2230") => {
    pen.font = `${weight} ${size}px ${family}`;
    pen.fillStyle = colour;
    pen.fillText(text, 60, y);
  };
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, 900, 560);
  write(`${page.county}群团服务`, 38, 90, 700);
  write("工单号", 32, 170, 400, "#465162");
  write(number, 66, 245, 700);
  write("取回码（查进度要用）", 32, 325, 400, "#465162");
  write(code, 66, 400, 700);
  write(`查进度：${location.host}/track`, 32, 490, 400, "#465162");
  canvas.toBlob((blob) => {
    const link = make("a", { href: URL.createObjectURL(blob), download: `工单-${number}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }, "image/png");
}

// Making elements; no markup is ever parsed from text.

export const page = document.getElementById("page").dataset;

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${page.icons}#${name}`);
  svg.append(use);
  return svg;
}

// A ticket number as a screen reader should say it: letter by letter.
export const spelt = (text) => [...text.replaceAll("-", " ")].join(" ");

const LEADS = /^(先答您问的：|接着登记。|您可能想知道：|记下了：)/;

// Lines of text as paragraphs; what opens a part of the talk stands out.
export function paragraphs(text) {
  return text.split("\n").filter((line) => line.trim()).map((line) => {
    const lead = LEADS.exec(line)?.[0];
    return lead ? make("p", {}, make("strong", {}, lead), line.slice(lead.length)) : make("p", {}, ...linked(line));
  });
}

// Telephone numbers and https addresses become links; nothing else in a text is markup.
const PIECE = /(https:\/\/[A-Za-z0-9][^\s，。；：、！？（）《》“”【】<>"']*|(?<![\d-])(?:0\d{2,3}-\d{7,8}|1(?:10|19|20|23\d{2}))(?![\d-]))/;
function linked(line) {
  return line.split(PIECE).map((part, index) => {
    if (index % 2 === 0) return part;
    return part.startsWith("https:") ? make("a", { href: part, rel: "noopener noreferrer", target: "_blank" }, part) : make("a", { href: `tel:${part}` }, part);
  });
}

const DAYS = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

export function when(at) {
  const two = (n) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${DAYS[at.getDay()]} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

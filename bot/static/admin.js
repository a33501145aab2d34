// The administration's small helps; the forms work by themselves.
(() => {
  // A button of a form that htmx sends says what it does until the answer is there.
  document.addEventListener("htmx:beforeRequest", (e) => {
    const button = e.target.querySelector?.("[data-busy-until]");
    if (!button) return;
    button.dataset.was = button.innerHTML;
    button.style.minWidth = `${button.offsetWidth}px`;
    button.disabled = true;
    button.textContent = button.dataset.busy;
  });
  document.addEventListener("htmx:afterRequest", (e) => {
    const button = e.target.querySelector?.("[data-busy-until]");
    if (!button?.dataset.was) return;
    button.innerHTML = button.dataset.was;
    button.disabled = false;
  });
})();
// Lists whose rows are moved: by dragging, or by the buttons, which keep the focus where the row went.
(() => {
  const list = (el) => el.closest("[data-builder]");
  document.addEventListener("click", (e) => {
    const up = e.target.closest("[data-up]"), down = e.target.closest("[data-down]"), away = e.target.closest("[data-remove]");
    const row = e.target.closest("[data-row]");
    if (up && row.previousElementSibling) { row.previousElementSibling.before(row); up.focus(); }
    if (down && row.nextElementSibling) { row.nextElementSibling.after(row); down.focus(); }
    if (away) {
      const next = row.nextElementSibling || row.previousElementSibling;
      const choice = document.querySelector("[data-builder-choice]");
      choice.append(new Option(row.querySelector("[data-label]").textContent + row.dataset.suffix, row.querySelector("[name=slot]").value));
      row.remove();
      (next?.querySelector("[data-remove]") || choice).focus();
    }
    if (e.target.closest("[data-builder-add]")) add();
  });
  function add() {
    const choice = document.querySelector("[data-builder-choice]"), option = choice.selectedOptions[0];
    if (!option) return;
    const row = document.querySelector("[data-builder-row]").content.firstElementChild.cloneNode(true);
    const [, label, kind] = option.textContent.match(/^(.*)（([^（）]*)）$/) || [null, option.textContent, ""];
    row.querySelector("[name=slot]").value = option.value;
    row.querySelector("[data-label]").textContent = label;
    row.querySelector("[data-kind]").textContent = kind;
    for (const [selector, name] of [["select", `${label}怎么问`], ["[data-up]", `${label}上移`], ["[data-down]", `${label}下移`], ["[data-remove]", `去掉${label}`]]) row.querySelector(selector).setAttribute("aria-label", name);
    row.dataset.suffix = kind ? `（${kind}）` : "";
    document.querySelector("[data-builder]").append(row);
    option.remove();
    row.querySelector("select").focus();
  }
  for (const row of document.querySelectorAll("[data-builder] [data-row]")) row.dataset.suffix = `（${row.querySelector("[data-kind]").textContent}）`;
  let held;
  document.addEventListener("dragstart", (e) => { held = e.target.closest?.("[data-builder] [data-row]"); held?.classList.add("dragged"); });
  document.addEventListener("dragend", () => { held?.classList.remove("dragged"); held = null; });
  document.addEventListener("dragover", (e) => {
    if (!held || list(e.target) !== held.parentElement) return;
    e.preventDefault();
    const over = e.target.closest("[data-row]");
    if (!over || over === held) return;
    const box = over.getBoundingClientRect();
    e.clientY < box.top + box.height / 2 ? over.before(held) : over.after(held);
  });
  // The preview: what was said is sent, the box is empty for the next line, and the log shows its end.
  document.addEventListener("htmx:afterRequest", (e) => { const box = e.target.closest?.("#try")?.querySelector("[data-try-say]"); if (box) { box.value = ""; box.focus(); } });
  document.addEventListener("htmx:afterSettle", (e) => { if (e.target.id === "talk") e.target.scrollTop = e.target.scrollHeight; });
})();
// The grid's tree: dragging a point onto another one opens its panel with the place filled in; nothing moves by itself.
(() => {
  const UNDER = { station: ["centre"], town: ["centre"], community: ["station", "town"], village: ["town"] };
  let held;
  const fits = (el) => {
    const over = held && el.closest?.("[data-tree] [data-point]");
    return over && over !== held && UNDER[held.dataset.kind]?.includes(over.dataset.kind) ? over : null;
  };
  const mark = (el) => { document.querySelectorAll("[data-tree] .over").forEach((one) => one.classList.remove("over")); el?.classList.add("over"); };
  document.addEventListener("dragstart", (e) => { held = e.target.closest?.("[data-tree] [data-point]"); held?.classList.add("dragged"); });
  document.addEventListener("dragover", (e) => { const over = fits(e.target); if (held) mark(over); if (over) e.preventDefault(); });
  document.addEventListener("drop", (e) => {
    const over = fits(e.target);
    if (!over) return;
    e.preventDefault();
    location.href = `/desk/admin/grid?point=${encodeURIComponent(held.dataset.point)}&to=${encodeURIComponent(over.dataset.point)}#panel`;
  });
  document.addEventListener("dragend", () => { held?.classList.remove("dragged"); held = null; mark(null); });
})();

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

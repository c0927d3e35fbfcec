// The little that pages do by themselves; everything works without it, but for copying.
"use strict";

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof HTMLElement && field.matches("[data-submit]")) field.closest("form").requestSubmit();
});

document.addEventListener("click", async (event) => {
  const button = event.target instanceof HTMLElement ? event.target.closest("button.copy") : null;
  if (!button) return;
  event.preventDefault();
  const source = button.dataset.copyFrom;
  const text = source ? document.getElementById(source).textContent : button.dataset.copy;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Without HTTPS a browser gives the clipboard to localhost only: select the text instead.
    const range = document.createRange();
    range.selectNodeContents(source ? document.getElementById(source) : button.previousElementSibling);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => { button.textContent = label; }, 2500);
});

// On a narrow screen the menu scrolls sideways: bring the present page's entry into view.
const here = document.querySelector(".menu [aria-current]");
if (here) here.closest(".menu").scrollLeft = here.offsetLeft - 24;

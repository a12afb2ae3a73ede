// What a browser adds to the console, which works without it: copying a link.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    document.getElementById(`${button.dataset.copy}-copied`).textContent = button.dataset.copied;
  });
}

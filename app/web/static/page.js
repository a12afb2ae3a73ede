// What a browser adds to pages that work without it: dropping, pasting, printing, and the reader's own time zone.
"use strict";

const form = document.getElementById("verify");
if (form) {
  const file = document.getElementById("file");
  const text = document.getElementById("text");
  const area = form.querySelector("[data-drop]");
  const working = form.querySelector("[data-working]");

  const send = () => {
    working.textContent = working.dataset.working;
    form.submit();
  };
  const take = (files) => {
    if (!files.length) return;
    if (file.files !== files) file.files = files;
    send();
  };

  file.addEventListener("change", () => take(file.files));
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) area.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (event.target === text) return;
    if (event.clipboardData.files.length) return take(event.clipboardData.files);
    const pasted = event.clipboardData.getData("text");
    if (!pasted.trim()) return;
    text.value = pasted;
    send();
  });
}

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

for (const element of document.querySelectorAll("time[data-moment]")) {
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const moment = new Date(element.dateTime);
  if (!zone || Number.isNaN(moment.getTime())) continue;
  const shown = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone: zone }).format(moment);
  element.textContent = `${shown} (${zone.split("/").pop().replaceAll("_", " ")})`;
}

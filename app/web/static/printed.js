// Opens the sealed copy behind the code on a printed certificate, with the key that is on the paper alone, and hands it in.

const form = document.getElementById("printed");
const said = form.querySelector("[role=status]");
const say = (what) => {
  said.textContent = said.dataset[what];
};

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const opened = async (content, key) => {
  const opener = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const additionalData = new TextEncoder().encode(form.dataset.copy);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: content.slice(0, 12), additionalData }, opener, content.slice(12));
  return new TextDecoder("utf-8", { fatal: true }).decode(plain);
};

const check = async () => {
  const written = location.hash.slice(1);
  if (!/^[A-Za-z0-9_-]{43}$/.test(written)) return say("noKey");
  if (!globalThis.crypto?.subtle) return say("insecure");
  say("opening");
  const answer = await fetch(`/p/${form.dataset.copy}/sealed`, { credentials: "omit" });
  if (!answer.ok) return say("silent");
  const content = await answer.arrayBuffer();
  try {
    form.elements.text.value = await opened(content, bytes(written));
  } catch {
    return say("wrongKey");
  }
  form.submit();
};

// Who changes the language keeps the key.
for (const link of document.querySelectorAll('a[href^="?lang="]')) link.hash = location.hash;

const begin = () => check().catch(() => say("silent"));
window.addEventListener("hashchange", begin);
begin();

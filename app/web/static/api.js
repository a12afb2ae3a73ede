// The API page tried from itself: a token, pasted or got from client credentials, and each operation as its form says.
'use strict';

const credentials = document.getElementById('credentials');

async function sent(url, options) {
  try {
    // 'omit': at a 401 with `WWW-Authenticate: Basic` the browser would ask for a password, in a window of its own.
    return await fetch(url, {...options, credentials: 'omit'});
  } catch {
    return null; // no network, or the service stopped: said in words where the answer would stand
  }
}

async function shown(answer) {
  if(answer === null) {
    return credentials.dataset.failed;
  }
  const type = answer.headers.get('Content-Type') ?? '';
  if(type && !/json|text|xml/.test(type)) {
    return `${answer.status}\n${type}, ${(await answer.arrayBuffer()).byteLength} bytes`; // a picture is no text
  }
  const text = await answer.text();
  try {
    return `${answer.status}\n${JSON.stringify(JSON.parse(text), null, 2)}`;
  } catch {
    return `${answer.status}\n${text}`;
  }
}

function request(form) {
  const {method, path, type} = form.dataset;
  const {body} = form.elements;
  const headers = new Headers({Accept: 'application/json'});
  const query = new URLSearchParams();
  const token = credentials.elements.token.value;
  let filled = path;
  if(token) {
    headers.set('Authorization', `Bearer ${token}`);
  }
  if(body) {
    headers.set('Content-Type', type);
  }
  for(const {value, dataset: {name, place}} of form.querySelectorAll('[data-place]')) {
    if(place === 'path') {
      filled = filled.replace(`{${name}}`, () => encodeURIComponent(value));
    } else if(value && place === 'query') {
      query.set(name, value);
    } else if(value && place === 'header') {
      headers.set(name, value);
    }
  }
  return [query.size ? `${filled}?${query}` : filled, {method, headers, body: body?.value}];
}

async function signIn() {
  const {client_id, client_secret, token} = credentials.elements;
  const body = new URLSearchParams({
    grant_type: 'client_credentials', client_id: client_id.value, client_secret: client_secret.value,
  });
  const said = credentials.querySelector('output');
  const answer = await sent('/oauth/token', {method: 'POST', body});
  if(answer?.ok) {
    token.value = (await answer.json()).access_token;
  }
  said.textContent = answer === null ? credentials.dataset.failed : said.dataset[answer.ok ? 'got' : 'refused'];
}

// Whether a token stands there, or none is needed; what was filled in is tried first.
async function hasToken(form) {
  const {token} = credentials.elements;
  if(!token.validity.valid) {
    token.closest('details').open = true; // what is hidden cannot be reported
    return token.reportValidity();
  }
  if('token' in form.dataset && !token.value && credentials.reportValidity()) {
    await signIn();
  }
  return !('token' in form.dataset) || token.value !== '';
}

function showLink(form, answer) {
  const then = form.querySelector('.then');
  if(then) {
    const url = /"claimUrl": "(https?:[^"]+)"/.exec(answer);
    then.hidden = url === null;
    then.querySelector('a').href = url?.[1] ?? '';
  }
}

credentials.addEventListener('submit', event => {
  event.preventDefault();
  signIn();
});

// Both lines of the file at once, wherever they are pasted.
credentials.addEventListener('paste', event => {
  const {client_id, client_secret} = credentials.elements;
  const lines = /CLIENT_ID=(\S+)\s+CLIENT_SECRET=(\S+)/.exec(event.clipboardData.getData('text'));
  if(lines) {
    event.preventDefault();
    [, client_id.value, client_secret.value] = lines;
  }
});

for(const body of document.querySelectorAll('[data-of]')) {
  body.value = document.querySelector(`#${body.dataset.of} [name=body]`).defaultValue;
}

for(const form of document.querySelectorAll('form.try')) {
  const {body, example} = form.elements;
  example?.addEventListener('change', () => {
    body.value = example.selectedIndex ? example.value : body.defaultValue;
  });
  form.addEventListener('submit', async event => {
    event.preventDefault();
    if(!await hasToken(form)) {
      return;
    }
    const place = form.querySelector('.answer');
    const answer = await shown(await sent(...request(form)));
    place.hidden = false;
    place.firstChild.textContent = answer;
    if(answer.startsWith('401') && credentials.elements.client_secret.value) {
      credentials.elements.token.value = ''; // it ended: the next one is got by itself
    }
    showLink(form, answer);
  });
}

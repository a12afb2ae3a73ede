// The API page tried from itself: a token from client credentials, and each operation sent as it stands in its form.
'use strict';

let token = '';

async function shown(answer) {
  const text = await answer.text();
  try {
    return `${answer.status}\n${JSON.stringify(JSON.parse(text), null, 2)}`;
  } catch {
    return `${answer.status}\n${text}`;
  }
}

document.getElementById('credentials').addEventListener('submit', async event => {
  event.preventDefault();
  const form = event.currentTarget;
  const body = new URLSearchParams(new FormData(form));
  body.set('grant_type', 'client_credentials');
  const answer = await fetch('/oauth/token', {method: 'POST', body});
  const said = form.querySelector('output');
  token = answer.ok ? (await answer.json()).access_token : '';
  said.textContent = answer.ok ? said.dataset.got : said.dataset.refused;
});

for(const form of document.querySelectorAll('form.try')) {
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const {method, path, type} = form.dataset;
    const missing = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]);
    let url = path;
    for(const name of missing) {
      url = url.replace(`{${name}}`, encodeURIComponent(window.prompt(name) ?? ''));
    }
    const headers = {Accept: 'application/json'};
    if(token) {
      headers.Authorization = `Bearer ${token}`;
    }
    const options = {method, headers};
    if(form.elements.body) {
      headers['Content-Type'] = type;
      options.body = form.elements.body.value;
    }
    const place = form.querySelector('.answer');
    place.hidden = false;
    place.firstChild.textContent = await shown(await fetch(url, options));
  });
}

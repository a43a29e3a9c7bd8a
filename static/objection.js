/* The form of an objection: a draft on this phone alone, files with their sizes, a check worked off meanwhile, an upload that
   says how far it is and can be repeated. The page is whole without it. ES2015, no more. */
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const form = $("objection");
  Array.from(document.querySelectorAll(".noscript")).forEach((one) => { one.hidden = true; });
  const summary = $("problems");
  if (summary && !summary.hidden) summary.focus();
  if (!form || !window.fileField) return;
  const words = form.dataset, fields = form.elements;
  const TEXTS = ["candidate", "ground", "statement", "kind", "name", "phone", "email", "address", "unit", "clue"];
  const key = "objection:" + words.slug + ":" + fields.notice.value;
  const DAY_MS = 86400000, FRESH_MS = 480000;
  let keeps = true;

  /* ---- the draft: text in localStorage, files in IndexedDB where it works */
  const box = $("draft"), days = Number(box.dataset.days);
  const stored = () => {
    try {
      const draft = JSON.parse(localStorage.getItem(key));
      if (draft && Date.now() - draft.at < days * DAY_MS) return draft;
    } catch (refused) { /* private mode, or not ours */ }
    return null;
  };
  const shelf = (mode, act, done) => {
    let request;
    const failed = () => done(null);
    try { request = indexedDB.open("objection-drafts", 1); } catch (refused) { failed(); return; }
    request.onupgradeneeded = () => request.result.createObjectStore("files");
    request.onerror = failed;
    request.onsuccess = () => {
      try {
        const deal = request.result.transaction("files", mode);
        const asked = act(deal.objectStore("files"));
        deal.oncomplete = () => { done(asked.result); request.result.close(); };
        deal.onerror = deal.onabort = () => { failed(); request.result.close(); };
      } catch (refused) { failed(); }
    };
  };
  const nothing = () => {};
  const forget = () => {
    try { localStorage.removeItem(key); } catch (refused) { /* nothing was kept either */ }
    shelf("readwrite", (store) => store.delete(key), nothing);
  };
  const values = () => {
    const found = {};
    TEXTS.forEach((name) => { if (fields[name]) found[name] = fields[name].value; });
    return found;
  };
  const isEmpty = (found) => ["statement", "name", "phone", "unit", "clue"].every((name) => !found[name]);
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    if (!keeps) return;
    timer = setTimeout(() => {
      const draft = { at: Date.now(), submission: fields.submission.value, values: values() };
      if (isEmpty(draft.values) && !evidence.files().length) return;
      try { localStorage.setItem(key, JSON.stringify(draft)); } catch (refused) { /* it is only a draft */ }
    }, 300);
  };
  const saveFiles = () => {
    save();
    if (!keeps) return;
    const files = { evidence: evidence.files(), stamp: stamp ? stamp.files() : [] };
    shelf("readwrite", (store) => store.put(files, key), nothing);
  };
  const evidence = window.fileField($("evidence"), true, saveFiles);
  const stamp = $("stamp") ? window.fileField($("stamp"), true, saveFiles) : null;

  const count = () => {
    const box = document.querySelector("[data-counts]");
    box.textContent = words.count.replace("{n}", fields.statement.value.trim().length);
  };
  const resume = (draft) => {
    fields.submission.value = draft.submission;
    TEXTS.forEach((name) => {
      if (!fields[name] || !draft.values[name]) return;
      const radio = Array.from(form.querySelectorAll("[name=" + name + "][type=radio]"));
      if (radio.length) radio.forEach((one) => { one.checked = one.value === draft.values[name]; });
      else fields[name].value = draft.values[name];
    });
    count();
    shelf("readonly", (store) => store.get(key), (files) => {
      if (!files) return;
      evidence.set(files.evidence || []);
      if (stamp) stamp.set(files.stamp || []);
    });
  };
  const draft = stored();
  if (!draft) forget();
  else if (isEmpty(values())) {
    const at = new Date(draft.at), two = (n) => (n < 10 ? "0" : "") + n;
    const when = box.dataset.moment
      .replace("{m}", at.getMonth() + 1).replace("{d}", at.getDate())
      .replace("{t}", at.getHours() + ":" + two(at.getMinutes()));
    const told = box.querySelector("p");
    told.textContent = told.textContent.replace("{when}", when);
    box.hidden = false;
    const close = (next) => () => { box.hidden = true; next(); $("candidate").focus(); };
    $("draft-go").addEventListener("click", close(() => resume(draft)));
    $("draft-away").addEventListener("click", close(forget));
  }
  $("keeps").hidden = false;
  $("not-mine").addEventListener("click", () => {
    keeps = false;
    clearTimeout(timer);
    forget();
    box.hidden = true;
    $("keeps").textContent = $("not-mine").dataset.done;
    $("keeps").setAttribute("role", "status");
  });
  form.addEventListener("input", () => { count(); save(); });
  form.addEventListener("change", save);
  count();

  /* ---- what lodging costs: worked off while its owner is still writing */
  let work = null;
  const post = (address, body, done, progress) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.onload = () => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch (unreadable) { /* a proxy's own page */ }
      done(request.status, answer, request);
    };
    request.onerror = request.ontimeout = request.onabort = () => done(0, null);
    if (progress) {
      request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
    }
    request.send(body);
  };
  const solve = (challenge, done, told) => {
    work = { at: Date.now(), solution: null, waiting: done, told: told };
    const mine = work;
    window.solveChallenge(challenge, (solution) => {
      mine.solution = solution;
      if (mine.waiting) mine.waiting(solution);
    }, (solved) => { if (mine.told) mine.told(solved, challenge.puzzles); });
  };
  const ask = (done) => {
    const body = new FormData();
    body.append("submission", fields.submission.value);
    post(words.challenge, body, (_status, answer) => done(answer && answer.challenge));
  };
  const prepare = () => {
    if (work) return;
    work = { at: Date.now(), solution: null };
    ask((challenge) => { if (challenge) solve(challenge, null, null); });
  };
  $("kind").addEventListener("change", prepare);

  /* ---- sending */
  const bar = $("progress"), meter = bar.querySelector("progress"), said = $("said"), button = $("send");
  const say = (text, part) => {
    bar.hidden = false;
    said.textContent = text;
    meter.hidden = part === undefined;
    if (part !== undefined) meter.value = Math.round(part * 100);
  };
  let sending = false;
  const stop = (text) => {
    sending = false;
    button.removeAttribute("aria-disabled");
    if (text) say(text); else bar.hidden = true;
  };
  const clear = () => {
    summary.hidden = true;
    Array.from(form.querySelectorAll(".error")).forEach((one) => { one.hidden = true; });
    Array.from(form.querySelectorAll("[aria-invalid]")).forEach((one) => one.removeAttribute("aria-invalid"));
  };
  const show = (found) => {
    stop("");
    const list = summary.querySelector("ul");
    list.textContent = "";
    Object.keys(found).forEach((name) => found[name].forEach((text) => {
      const line = document.createElement("li"), target = name && $(name);
      const link = document.createElement(target ? "a" : "span");
      link.textContent = text;
      if (target) link.href = "#" + name;
      line.appendChild(link);
      list.appendChild(line);
    }));
    Object.keys(found).forEach((name) => {
      const error = name && $(name + "-error");
      if (!error) return;
      error.querySelector("span").textContent = found[name].join("\n");
      error.hidden = false;
      if ($(name)) $(name).setAttribute("aria-invalid", "true");
      if (name === "evidence") evidence.mark(found[name]);
    });
    summary.hidden = false;
    summary.focus();
  };
  /* A form that is refused in any case, for a file that this page knows to be bad, is still sent, so that the server says what is
     wrong with the others in the same round; a file that is too large goes without its content. */
  const most = Number($("evidence").dataset.one);
  const sent = (file) => (file.size > most ? new Blob([]) : file);
  const body = (solution) => {
    const made = new FormData();
    ["submission", "notice"].forEach((name) => made.append(name, fields[name].value));
    const found = values();
    Object.keys(found).forEach((name) => made.append(name, found[name]));
    evidence.files().forEach((file) => made.append("evidence", sent(file), file.name));
    if (stamp) stamp.files().forEach((file) => made.append("stamp", sent(file), file.name));
    if (solution) made.append("challenge", JSON.stringify(solution));
    return made;
  };
  /* Of a file that this page has judged, the server saw the empty stand-in: what this page says is true. */
  let ours = {};
  const withOurs = (found) => {
    Object.keys(ours).forEach((name) => {
      const heads = ours[name].map((text) => text.slice(0, text.indexOf("”") + 1));
      const theirs = (found[name] || []).filter((text) => heads.indexOf(text.slice(0, text.indexOf("”") + 1)) < 0);
      found[name] = ours[name].concat(theirs);
    });
    return found;
  };
  const checked = (solved, all) => say(words.checking.replace("{n}", solved).replace("{all}", all), solved / all);
  const upload = (solution, turn) => {
    say(words.sending.replace("{n}", 0), 0);
    post(words.api, body(solution), (status, answer, request) => {
      work = null;
      if (status === 200 || status === 201) {
        say(words.waiting, 1);
        const to = $("to-lodged");
        to.elements.submission.value = fields.submission.value;
        /* It was here before: with the same words, or with others. */
        to.elements.again.value = status === 200 ? request.getResponseHeader("Objection-Version") || "same" : "";
        to.submit();
      } else if (status === 428 && turn < 3 && answer && answer.challenge) {
        solve(answer.challenge, (fresh) => upload(fresh, turn + 1), checked);
      } else if (answer && answer.fields) show(withOurs(answer.fields));
      else if (answer && answer.detail) show({ "": [answer.detail] });
      else stop(words.failed);
    }, (part) => say(part < 1 ? words.sending.replace("{n}", Math.floor(part * 100)) : words.waiting, part));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    clear();
    const wrong = {};
    if (evidence.problems().length) wrong.evidence = evidence.problems();
    if (stamp && fields.kind.value === "unit" && stamp.problems().length) wrong.stamp = stamp.problems();
    const fieldsOf = [evidence].concat(wrong.stamp ? [stamp] : []);
    const isHopeless = fieldsOf.some((field) => field.tooMany()) ||
      fieldsOf.every((field) => field.problems().length >= field.files().length);
    if (Object.keys(wrong).length && isHopeless) { show(wrong); return; }
    ours = wrong;
    sending = true;
    button.setAttribute("aria-disabled", "true");
    const ready = work && Date.now() - work.at < FRESH_MS ? work : null;
    if (ready && ready.solution) upload(ready.solution, 0);
    else if (ready && "waiting" in ready) {
      ready.waiting = (solution) => upload(solution, 0);
      ready.told = checked;
    } else {
      /* Asked before a file is sent: it may be large, and would have to be sent twice. */
      say(words.sending.replace("{n}", 0), 0);
      ask((challenge) => {
        if (challenge) solve(challenge, (solution) => upload(solution, 0), checked);
        else upload(null, 0);
      });
    }
  });
  /* A copy of the page that the browser kept may hold a form that was sent already. */
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();

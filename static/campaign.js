/* Choosing, searching and casting, on the campaign page and on a candidate's page. Without it the same forms
   post to the server and get a page. ES2015 and XMLHttpRequest, for the oldest WeChat kernels still about. */
(function () {
  "use strict";
  const page = JSON.parse(document.getElementById("page").textContent);
  const say = page.say;
  const $ = (id) => document.getElementById(id);
  const each = (list, act) => Array.prototype.forEach.call(list, act);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));
  const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

  /* Storage throws where the phone forbids it; then the page forgets, and nothing else breaks. */
  const shelf = (store) => ({
    get(key) { try { return JSON.parse(window[store].getItem(key + ":" + page.slug)); } catch (refused) { return null; } },
    put(key, value) {
      try {
        if (value === null) window[store].removeItem(key + ":" + page.slug);
        else window[store].setItem(key + ":" + page.slug, JSON.stringify(value));
      } catch (refused) { /* private mode */ }
    },
    clear(all) {
      try {
        Object.keys(window[store]).forEach((key) => { if (all || key.endsWith(":" + page.slug)) window[store].removeItem(key); });
      } catch (refused) { /* nothing was kept either */ }
    }
  });
  const tab = shelf("sessionStorage");
  const phone = page.kiosk ? { get() { return null; }, put() {} } : shelf("localStorage");
  /* `page.kiosk` names a person's turn at a browser that may be another's too. Nothing of this campaign outlives it; at a
     registered kiosk, whose pages have a button for the next one, nothing at all. A phone's other campaigns are its owner's. */
  if ((tab.get("turn") || "") !== page.kiosk) {
    const all = document.querySelector("form.kiosk") !== null;
    [tab, shelf("localStorage")].forEach((one) => one.clear(all));
    tab.put("turn", page.kiosk);
  }
  if (page.kiosk) window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  /* The address carries this voter's own share token, so that the link which a browser's or WeChat's own menu passes on
     is a chained one. It names nobody, and nobody is asked to share. */
  if (page.share && history.replaceState) {
    const language = /[?&](lang=[\w-]*)/.exec(location.search);
    try {
      history.replaceState(history.state, "", location.pathname + "?" + (language ? language[1] + "&" : "") +
        "s=" + encodeURIComponent(page.share) + (location.hash === "#wechat_redirect" ? "" : location.hash));
    } catch (refused) { /* too often, or a page kept in a file */ }
  }

  /* The campaign's wall clock, wherever the phone is: the server wrote one moment both ways, in UTC and on that clock. */
  const minutes = (clock) => clock.slice(0, 2) * 60 + +clock.slice(3, 5);
  const opens = new Date(page.opens[0]).toISOString().slice(11, 16);
  const shift = ((minutes(page.opens[1]) - minutes(opens) + 2040) % 1440 - 600) * 60000;
  const clockError = Date.parse(page.now) - Date.now();
  const moment = (iso) => {
    const at = new Date(Date.parse(iso) + shift);
    return fill(say.moment, { m: at.getUTCMonth() + 1, d: at.getUTCDate(), t: at.toISOString().slice(11, 16) });
  };
  const isAhead = (iso) => Date.parse(iso) > Date.now() + clockError;

  const said = $("said");
  let saidAgain;
  const tell = (text, isBad) => {
    clearTimeout(saidAgain);  /* or older words would come back over newer ones */
    said.className = "bar__msg" + (isBad ? " is-bad" : "");
    said.setAttribute("role", isBad ? "alert" : "status");
    /* The same words again are news to a screen reader only when they are taken away first. */
    if (text && said.textContent === text) { said.textContent = ""; saidAgain = setTimeout(() => { said.textContent = text; }, 60); return; }
    said.textContent = text || "";
  };

  const chosen = () => tab.get("chosen") || [];
  const group = (key) => page.categories.filter((one) => one.key === key)[0];

  /* Why one more may not be chosen, or nothing. `categories` are those of the ballot with it. */
  const tooMany = (count, key, inGroup) => {
    if (count > page.max) return fill(say.many, { max: page.max });
    const limit = group(key);
    if (limit && limit.max && inGroup > limit.max) return fill(say.groupMany, { group: limit.name, max: limit.max });
    return "";
  };

  const ask = (method, url, body, done) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.timeout = 10000;
    request.setRequestHeader("Accept", "application/json");
    if (body) request.setRequestHeader("Content-Type", "application/json");
    request.onloadend = () => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch (notJson) { /* cut off, or a proxy's own page */ }
      done(answer ? request.status : 0, answer || {}, request);
    };
    request.send(body ? JSON.stringify(body) : null);
  };

  /* Live counts, while somebody looks. */
  const refresh = () => ask("GET", page.api + "/counts", null, (status, answer) => {
    if (status !== 200 || !answer.shown) return;
    each(document.querySelectorAll("[data-count]"), (spot) => {
      const count = answer.counts[spot.dataset.count];
      if (count === undefined || spot.textContent === grouped(count)) return;
      spot.textContent = grouped(count);
      spot.classList.remove("is-new");
      void spot.offsetWidth;
      spot.classList.add("is-new");
    });
    each(document.querySelectorAll("[data-ballots]"), (spot) => { if (answer.ballots != null) spot.textContent = grouped(answer.ballots); });
  });
  if (page.live) setInterval(() => { if (!document.hidden) refresh(); }, 15000);

  /* A candidate's page: one toggle on the same list. */
  const pick = $("pick");
  if (pick) {
    const bar = $("bar");
    const number = +bar.dataset.number;
    const draw = () => {
      const numbers = chosen();
      const isIn = numbers.indexOf(number) >= 0;
      pick.setAttribute("aria-pressed", isIn);
      $("pick-text").textContent = isIn ? say.picked : say.pick;
      $("picked").textContent = numbers.length ? numbers.length + "/" + page.max : "";
    };
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      const numbers = chosen();
      const at = numbers.indexOf(number);
      const names = tab.get("groups") || {};
      if (at >= 0) numbers.splice(at, 1);
      else {
        const key = bar.dataset.category;
        const problem = tooMany(numbers.length + 1, key, numbers.filter((n) => names[n] === key).length + 1);
        if (problem) { tell(problem, true); return; }
        numbers.push(number);
        names[number] = key;
        tab.put("groups", names);
      }
      tab.put("chosen", numbers);
      tell("");
      draw();
    });
    window.addEventListener("pageshow", draw);
    draw();
    return;
  }

  /* The campaign page. */
  const form = $("ballot");
  if (!form) return;
  const cards = form.querySelectorAll(".card");
  const boxes = form.querySelectorAll("input[name=choices]");
  const filled = () => {
    const numbers = [];
    each(boxes, (box) => { if (box.checked) numbers.push(+box.value); });
    return numbers;
  };
  const cardOf = (box) => { while (box && !box.dataset.number) box = box.parentElement; return box; };
  const nameOf = (box) => {
    const card = cardOf(box);
    return card ? card.querySelector(".card__name").textContent : box.parentElement.textContent.trim();
  };
  const groupOf = (box) => { const card = cardOf(box); return card ? card.dataset.category : ""; };

  const casting = $("casting");
  const draw = () => {
    if (!casting) return;
    const numbers = filled();
    casting.querySelector("[data-n]").textContent = numbers.length;
    const chips = $("chips");
    chips.textContent = "";
    each(boxes, (box) => {
      if (!box.checked) return;
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = nameOf(box);
      chip.setAttribute("aria-label", fill(say.chip, { name: nameOf(box) }));
      chip.addEventListener("click", () => { box.checked = false; changed(); $("cast").focus(); });
      chips.appendChild(document.createElement("li")).appendChild(chip);
    });
  };
  const changed = () => {
    const groups = tab.get("groups") || {};
    each(boxes, (box) => { if (box.checked) groups[box.value] = groupOf(box); });
    tab.put("groups", groups);
    tab.put("chosen", filled());
    tell("");
    draw();
  };
  /* What the server marked on a fresh page, and what was chosen here or on a candidate's page. */
  const restore = (isFresh) => {
    const numbers = chosen();
    each(boxes, (box) => { box.checked = (isFresh && box.defaultChecked) || numbers.indexOf(+box.value) >= 0; });
    changed();
  };

  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name !== "choices") return;
    if (box.checked) {
      const key = groupOf(box);
      let inGroup = 0;
      each(boxes, (other) => { if (other.checked && groupOf(other) === key) inGroup++; });
      const problem = tooMany(filled().length, key, inGroup);
      if (problem) { box.checked = false; tell(problem, true); return; }
    }
    changed();
  });

  /* Searching. A page that the server has already filtered holds too few cards to search here. */
  const field = form.elements.q;
  if (!form.hasAttribute("data-partial")) {
    form.querySelector(".find__go").hidden = true;
    const texts = Array.prototype.map.call(cards, (card) =>
      [card.dataset.number + " ", card.querySelector(".card__name").textContent, card.querySelector(".card__org").textContent].join(" ").toLowerCase());
    const filter = () => {
      const words = field.value.trim().toLowerCase().split(/\s+/);
      const radio = form.querySelector("input[name=category]:checked");
      const key = radio ? radio.value : "";
      let found = 0;
      each(cards, (card, i) => {
        /* A number finds its candidate, not every number that contains it. */
        const fits = words.every((word) => (/^\d+$/.test(word) ? +word === +card.dataset.number : texts[i].indexOf(word) >= 0));
        card.hidden = !fits || (key && card.dataset.category !== key);
        if (!card.hidden) found++;
      });
      const none = $("none");
      none.dataset.none = none.dataset.none || none.textContent;
      none.className = found ? "vh" : "none";
      none.hidden = false;
      none.textContent = found ? fill(say.found, { n: found }) : none.dataset.none;
    };
    let later;
    field.addEventListener("input", () => { clearTimeout(later); later = setTimeout(filter, 120); });
    form.addEventListener("change", (event) => {
      if (event.target.name !== "category") return;
      filter();
      /* Under a stuck search bar a shorter list would leave the voter below its end. */
      const top = form.getBoundingClientRect().top;
      if (top < 0) window.scrollBy(0, top);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      filter();
      field.blur();
    });
    if (field.value || form.querySelector("input[name=category]:checked:not([value=''])")) filter();
  }

  const cast = $("cast");
  if (!cast) return;

  /* Casting. `pending` outlives the page: a ballot whose answer never came is posted again, the same one, and counts once. */
  const label = cast.textContent;
  let busy = false;
  let cancel = null;
  const setBusy = (isBusy, text) => {
    busy = isBusy;
    cast.setAttribute("aria-disabled", isBusy);
    cast.setAttribute("aria-busy", isBusy);
    cast.textContent = isBusy ? text || say.casting : label;
  };
  const stop = (text) => { setBusy(false); tell(text || say.failed, true); };
  const sentence = (done) => done.today > 0 ? fill(say.again, { n: done.today })
    : done.next_at ? fill(say.doneUntil, { when: moment(done.next_at) }) : say.done;
  const showDone = (done) => {
    casting.hidden = true;
    $("done").hidden = false;
    $("done-text").textContent = sentence(done);
    if (done.tracking_code) $("done-receipt").href = "/r/" + done.tracking_code;
  };

  const finish = (answer) => {
    const left = answer.remaining || {};
    const code = answer.receipt.tracking_code;
    const done = { tracking_code: code, next_at: answer.next_at || null, spent: left.total === 0, today: left.today };
    done.said = done.today > 0 || done.next_at || done.spent ? sentence(done) : "";
    phone.put("cast", done);
    tab.put("pending", null);
    tab.put("chosen", null);
    tab.put("groups", null);
    location.assign("/r/" + encodeURIComponent(code) + "?new=1" + (page.kiosk ? "&turn=" + page.kiosk : ""));
  };

  /* The old form goes along: its first issue counts, whatever is renewed. */
  const renew = (ballot, then) => {
    const from = ballot.form ? "&from=" + encodeURIComponent(ballot.form) : "";
    /* Whoever has become another voter meanwhile (a code's time is over, a login in another tab) is told, and not voted for. */
    ask("GET", page.api + "/ballot-form?as=" + page.as + from, null, (status, answer) => {
      if (status !== 200) tab.put("pending", null);
      if (status === 401 && answer.login) { location.assign(answer.login); return; }  /* and back; what is chosen stays */
      if (status !== 200) { stop(answer.detail); return; }
      form.elements.form.value = answer.form;
      const renewed = { form: answer.form, choices: ballot.choices };
      if (answer.challenge) solve(renewed, answer.challenge, then); else then(renewed);
    });
  };

  /* The same ballot with its challenge solved. What is done is said every few seconds and no more: it is read aloud. */
  const solve = (ballot, challenge, then) => {
    tell(say.checking);
    if (!window.solveChallenge) return fetchSolver(() => solve(ballot, challenge, then));
    let at = Date.now();
    let told = 0;
    cancel = window.solveChallenge(challenge, (solution) => {
      cancel = null;
      tell(say.casting);
      then({ form: ballot.form, choices: ballot.choices, challenge: solution });
    }, (solved) => {
      if (solved === told || Date.now() - at < 3000) return;
      at = Date.now();
      told = solved;
      tell(fill(say.checked, { n: solved, all: challenge.puzzles }));
    });
  };

  const fetchSolver = (then) => {
    const script = document.createElement("script");
    const nonced = $("page");
    script.setAttribute("nonce", nonced.nonce || nonced.getAttribute("nonce"));
    script.src = page.solver;
    script.onload = () => { if (window.solveChallenge) then(); else stop(); };
    script.onerror = () => stop(say.offline);
    document.head.appendChild(script);
  };

  const wait = (seconds, detail) => {
    let left = Math.min(Math.max(Math.ceil(seconds), 1), 600);
    tell(detail, true);
    const tick = () => {
      if (left <= 0) { setBusy(false); tell(""); return; }
      setBusy(true, fill(say.wait, { n: left-- }));
      setTimeout(tick, 1000);
    };
    tick();
  };

  const post = (ballot, tries, fresh, checks) => {
    setBusy(true);
    tab.put("pending", { form: ballot.form, choices: ballot.choices, at: Date.now() });
    const body = { form: ballot.form, choices: ballot.choices };
    if (window.pageHandling) body.page = window.pageHandling();
    if (ballot.challenge) body.challenge = ballot.challenge;
    ask("POST", page.api + "/ballots", body, (status, answer, request) => {
      if (answer.receipt && (status === 200 || status === 201)) return finish(answer);
      if (status === 0 || status === 502 || status === 504) {
        if (tries >= 4) return stop(say.offline);
        tell(say.retry);
        setTimeout(() => post(ballot, tries + 1, fresh, checks), 1000 * Math.pow(2, tries) * (0.75 + Math.random() / 2));
        return;
      }
      if (status >= 500) return stop(answer.detail || say.offline);
      if ((status === 400 || status === 401) && !fresh) return renew(ballot, (again) => post(again, tries, true, checks));
      if (status === 428 && answer.challenge) {
        if (checks >= 3) return stop(say.unchecked);
        return solve(ballot, answer.challenge, (solved) => post(solved, tries, fresh, checks + 1));
      }
      tab.put("pending", null);
      if (status === 429) return wait(request.getResponseHeader("Retry-After") || 30, answer.detail);
      if (status === 409) {
        const known = phone.get("cast") || {};
        phone.put("cast", { tracking_code: known.tracking_code, next_at: answer.next_at || null, spent: !answer.next_at });
        setBusy(false);
        showDone(phone.get("cast") || answer);
        tell(answer.detail);
        return;
      }
      if (status === 403 && answer.opens_at && !answer.detail) answer.detail = moment(answer.opens_at);
      stop(answer.problems && answer.problems.length ? answer.problems.join(" ") : answer.detail);
    });
  };

  const problemsOf = (numbers) => {
    const problems = [];
    if (numbers.length < page.min) problems.push(fill(say.few, { n: page.min - numbers.length, min: page.min }));
    page.categories.forEach((one) => {
      let count = 0;
      each(boxes, (box) => { if (box.checked && groupOf(box) === one.key) count++; });
      if (one.min && count < one.min) problems.push(fill(say.groupFew, { group: one.name, min: one.min }));
    });
    return problems;
  };

  let submitter = null;
  form.addEventListener("click", (event) => { if (event.target.name === "action") submitter = event.target; });
  form.addEventListener("submit", (event) => {
    if (submitter !== cast && form.hasAttribute("data-partial")) return;
    event.preventDefault();
    if (busy || submitter !== cast) return;
    const numbers = filled();
    /* Cards that a server-side filter left out cannot be judged here; the server judges every ballot anyway. */
    const problems = form.hasAttribute("data-partial") ? [] : problemsOf(numbers);
    if (problems.length) { tell(problems.join(" "), true); return; }
    tell(say.casting);
    post({ form: form.elements.form.value, choices: numbers }, 0, false, 0);
  });

  $("anyway").addEventListener("click", () => { $("done").hidden = true; casting.hidden = false; tell(""); cast.focus(); });

  const start = (isFresh) => {
    if (cancel) cancel();
    setBusy(false);
    restore(isFresh);
    const done = phone.get("cast");
    if (done && (done.next_at ? isAhead(done.next_at) && !(done.today > 0) : done.spent)) showDone(done);
    const pending = tab.get("pending");
    if (!pending) return;
    if (Date.now() - pending.at > 1800000) { tab.put("pending", null); return; }
    each(boxes, (box) => { box.checked = pending.choices.indexOf(+box.value) >= 0; });
    changed();
    tell(say.resume);
    post(pending, 0, false, 0);
  };
  window.addEventListener("pageshow", (event) => { if (event.persisted && !page.kiosk) start(false); });
  start(true);
  const problems = $("problems");
  if (problems) problems.focus();
})();

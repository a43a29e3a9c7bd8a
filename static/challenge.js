/* Works off a challenge (see the API: SHA-256 of "salt:i:n" must begin with `bits` zero bits, for each i). Fetched only
   when one is asked for. ES5, so that no telephone that can cast a ballot stops here; plain arithmetic, because
   crypto.subtle answers too slowly one hash at a time and is missing without https. It works in a worker, which is
   this same file; where there is none, or it keeps silent, on the page, in slices, so that the page stays alive. */
(function () {
  "use strict";
  var words = function (n) {
    if (typeof Int32Array !== "undefined") return new Int32Array(n);
    var list = [];
    while (list.length < n) list.push(0);
    return list;
  };
  var K = [], H = [];
  var root = function (n, power) { return ((Math.pow(n, power) % 1) * 4294967296) | 0; };
  var isPrime = function (n) {
    for (var d = 2; d * d <= n; d++) if (n % d === 0) return false;
    return true;
  };
  for (var prime = 2; K.length < 64; prime++) {
    if (!isPrime(prime)) continue;
    if (H.length < 8) H.push(root(prime, 1 / 2));
    K.push(root(prime, 1 / 3));
  }

  var w = words(64);
  /* One block of `m`, from word `at` on, into the eight words of `h`. */
  var compress = function (h, m, at) {
    var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7], i, t, u;
    for (i = 0; i < 64; i++) {
      if (i < 16) w[i] = m[at + i];
      else {
        t = w[i - 15];
        u = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + ((t >>> 7 | t << 25) ^ (t >>> 18 | t << 14) ^ t >>> 3) +
          ((u >>> 17 | u << 15) ^ (u >>> 19 | u << 13) ^ u >>> 10) | 0;
      }
      t = k + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + w[i] | 0;
      u = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
      k = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + u | 0;
    }
    h[0] = h[0] + a | 0; h[1] = h[1] + b | 0; h[2] = h[2] + c | 0; h[3] = h[3] + d | 0;
    h[4] = h[4] + e | 0; h[5] = h[5] + f | 0; h[6] = h[6] + g | 0; h[7] = h[7] + k | 0;
  };

  /* A function that gives the digest of prefix + n, for one n after another; what depends on the prefix is done once. */
  var hasher = function (prefix) {
    var h = words(8), m = words(32), start = H.slice(), whole = prefix.length & ~63, rest = prefix.length & 63, i;
    var put = function (at, code) { m[at >> 2] |= code << 24 - (at & 3) * 8; };
    for (i = 0; i < prefix.length; i++) {
      put(i & 63, prefix.charCodeAt(i));
      if ((i & 63) < 63) continue;
      compress(start, m, 0);
      m = words(32);
    }
    var first = rest >> 2, kept = m[first];
    return function (n) {
      var digits = "" + n, size = rest + digits.length, i;
      m[first] = kept;
      for (i = first + 1; i < 32; i++) m[i] = 0;
      for (i = 0; i < digits.length; i++) put(rest + i, digits.charCodeAt(i));
      put(size, 128);
      m[size < 56 ? 15 : 31] = (whole + size) * 8;
      for (i = 0; i < 8; i++) h[i] = start[i];
      compress(h, m, 0);
      if (size >= 56) compress(h, m, 16);
      return h;
    };
  };
  var fits = function (h, bits) {
    for (var i = 0; bits > 0; i++, bits -= 32) if (bits < 32 ? h[i] >>> 32 - bits : h[i]) return false;
    return true;
  };

  /* One puzzle after another, `slice` milliseconds at a time. After each it tells what is solved, so that silence
     means death. Gives a way to stop. */
  var work = function (challenge, solved, slice, tell) {
    var n = 0, hash = null, timer;
    var run = function () {
      var until = Date.now() + slice, tries;
      while (solved.length < challenge.puzzles && Date.now() < until) {
        hash = hash || hasher(challenge.salt + ":" + solved.length + ":");
        for (tries = 0; hash && tries < 64; tries++, n++) {
          if (!fits(hash(n), challenge.bits)) continue;
          solved.push(n);
          n = -1;
          hash = null;
        }
      }
      if (solved.length < challenge.puzzles) timer = setTimeout(run, 0);
      tell(solved);
    };
    timer = setTimeout(run, 0);
    return function () { clearTimeout(timer); };
  };

  if (typeof window === "undefined" && typeof importScripts === "function") {
    self.onmessage = function (event) { work(event.data, [], 250, function (solved) { self.postMessage(solved); }); };
    return;
  }

  var address = document.currentScript && document.currentScript.src;
  var SILENCE_MS = 4000;

  /* `done` gets the solution; `progress`, where given, how many puzzles are solved. Gives a way to cancel. */
  window.solveChallenge = function (challenge, done, progress) {
    var solved = [], worker = null, timer, stop;
    var cancel = function () {
      clearTimeout(timer);
      if (worker) worker.terminate();
      worker = null;
      if (stop) stop();
    };
    var hear = function (list) {
      solved = list;
      if (progress) progress(solved.length);
      if (solved.length < challenge.puzzles) return;
      cancel();
      done({ id: challenge.id, solutions: solved });
    };
    /* Goes on from what the worker has solved. */
    var workHere = function () {
      cancel();
      stop = work(challenge, solved, 40, hear);
    };
    var watch = function () {
      clearTimeout(timer);
      timer = setTimeout(workHere, SILENCE_MS);
    };
    try {
      worker = new Worker(address);
      worker.onmessage = function (event) {
        if (!worker) return;
        watch();
        hear(event.data);
      };
      worker.onerror = function (event) {
        event.preventDefault();
        if (worker) workHere();
      };
      worker.postMessage(challenge);
      watch();
    } catch (refused) { workHere(); }
    return cancel;
  };
})();

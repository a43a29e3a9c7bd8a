/* Works off a challenge (see the API: SHA-256 of "salt:i:n" must begin with `bits` zero bits, for each i). Fetched
   only when one is asked for. Plain arithmetic, because crypto.subtle answers too slowly one hash at a time and
   is missing without https; in slices, so that the page stays alive. */
(function () {
  "use strict";
  const K = [], H = [];
  const root = (n, power) => ((Math.pow(n, power) % 1) * 4294967296) | 0;
  for (let n = 2; K.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (!prime) continue;
    if (H.length < 8) H.push(root(n, 1 / 2));
    K.push(root(n, 1 / 3));
  }
  const w = new Int32Array(64);
  const block = (h, words) => {
    for (let i = 0; i < 64; i++) {
      if (i < 16) { w[i] = words[i]; continue; }
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) +
        ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
    }
    let a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
    for (let i = 0; i < 64; i++) {
      const t = k + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + w[i] | 0;
      const u = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
      k = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + u | 0;
    }
    return [h[0] + a | 0, h[1] + b | 0, h[2] + c | 0, h[3] + d | 0, h[4] + e | 0, h[5] + f | 0, h[6] + g | 0, h[7] + k | 0];
  };
  /* The digest of an ASCII text as eight words. */
  const sha256 = (text) => {
    const size = text.length;
    const words = new Int32Array((size + 8 >> 6) + 1 << 4);
    for (let i = 0; i < size; i++) words[i >> 2] |= text.charCodeAt(i) << 24 - (i & 3) * 8;
    words[size >> 2] |= 128 << 24 - (size & 3) * 8;
    words[words.length - 1] = size * 8;
    let h = H;
    for (let at = 0; at < words.length; at += 16) h = block(h, words.subarray(at, at + 16));
    return h;
  };
  const fits = (h, bits) => {
    for (let i = 0; bits > 0; i++, bits -= 32) if (bits >= 32 ? h[i] !== 0 : h[i] >>> 32 - bits !== 0) return false;
    return true;
  };
  window.solveChallenge = (challenge, done) => {
    const solutions = [];
    let n = 0;
    const slice = () => {
      const end = Date.now() + 40;
      while (Date.now() < end) {
        for (let tries = 0; tries < 64; tries++, n++) {
          if (!fits(sha256(challenge.salt + ":" + solutions.length + ":" + n), challenge.bits)) continue;
          solutions.push(n);
          n = -1;
          if (solutions.length === challenge.puzzles) { done({ id: challenge.id, solutions: solutions }); return; }
        }
      }
      setTimeout(slice, 0);
    };
    slice();
  };
})();

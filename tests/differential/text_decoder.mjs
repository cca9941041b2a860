// A mail program as people write them for browsers: it reads encoded words, and raw bytes, with TextDecoder. Standard input: a
// line of JSON for each Subject, {"subject": base64, "charset": that of the text}. Standard output: for each a line of JSON, the
// texts that such programs show.
import {createInterface} from "node:readline";

const decoders = new Map();

function decoder(label) {
  if (!decoders.has(label)) {
    try {
      decoders.set(label, new TextDecoder(label, {ignoreBOM: false}));
    } catch {
      decoders.set(label, null); // unknown, or one that browsers don't decode
    }
  }
  return decoders.get(label);
}

const octets = (word) => word.encoding === "b" ? Buffer.from(word.text, "base64") : Buffer.from(
  word.text.replaceAll("_", " ").replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1");

function pieces(subject) {
  const found = [];
  let end = 0;
  for (const match of subject.matchAll(/=\?([^?*]*)(?:\*[^?]*)?\?([bq])\?(.*?)\?=/gi)) {
    const between = subject.slice(end, match.index);
    if (!(found.length && found.at(-1).charset !== undefined && /^\s*$/.test(between))) found.push({raw: between});
    found.push({charset: match[1].toLowerCase(), encoding: match[2].toLowerCase(), text: match[3], whole: match[0]});
    end = match.index + match[0].length;
  }
  found.push({raw: subject.slice(end)});
  return found;
}

// `join`: what is left over at the end of a word goes on in the next of the same charset.
function shown(subject, join) {
  let out = "", waiting = [];
  const flush = () => {
    if (!waiting.length) return;
    const read = decoder(waiting[0].charset);
    out += read ? read.decode(Buffer.concat(waiting.map(octets))) : waiting.map((word) => word.whole).join("");
    waiting = [];
  };
  for (const piece of pieces(subject)) {
    if (piece.charset === undefined || !join || (waiting.length && waiting[0].charset !== piece.charset)) flush();
    if (piece.charset === undefined) out += piece.raw;
    else waiting.push(piece);
  }
  flush();
  return out;
}

for await (const line of createInterface({input: process.stdin})) {
  const {subject, charset} = JSON.parse(line);
  const raw = Buffer.from(subject, "base64"), latin1 = raw.toString("latin1");
  const texts = [shown(latin1, true), shown(latin1, false)];
  if (charset && decoder(charset)) texts.push(decoder(charset).decode(raw));
  console.log(JSON.stringify(texts));
}

"""How many words of seven languages, in brackets, the shipped policy takes for a tag that somebody got wrong; and how many Subjects.

    words.py TAG_BENCH [--subjects FILE] [--ordinary]

Every word of Debian's lists is tried as `[word] x` and as `(word) x`, and at the head of a Subject as `word! x`, `word / x` and `WORD x`, to somebody
outside. Counted are those that would be refused; not counted are the policy's own words, their inflections and words that only say "very" before them. --ordinary prints the others, as policy/tags/ordinary_words.txt has
them (take that file's words out first: they are refused no more). --subjects: a file of Subjects, one a line, of mail that nobody tagged."""

import argparse
import re
import subprocess
import unicodedata
from pathlib import Path

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "contrib/policies/policy.yaml"
LISTS = {"wamerican": "american-english", "wngerman": "ngerman", "wfrench": "french", "wspanish": "spanish", "witalian": "italian",
         "wportuguese": "portuguese", "wdutch": "dutch"}
ENDINGS = {"", "s", "'s", "e", "es", "en", "em", "er", "n", "a", "as", "o", "os", "i", "ly", "ne", "ns", "st", "ste", "ë", "is", "x", "ität", "keit",
           "heit", "mente", "ment"}
VERY = {"top", "super", "streng", "strikt", "hoch", "höchst", "zeer", "ultra", "uiterst", "strictly", "très", "muy", "molto", "altamente"}


FORMS = {"in brackets": ["[{}] x"], "in round ones": ["({}) x"], "at the head": ["{}! x", "{} / x", "{^} x"]}


def fold(word):
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", word).casefold())


def bare(word):
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def is_of_tag(word, tag):
    """Inflected, or with "very" before it."""
    word, tag = bare(fold(word)), bare(fold(tag))
    for stem in (tag, tag[:-1]) if len(tag) >= 7 else (tag,): # a short one without its last letter begins many words
        if word.startswith(stem) and word[len(stem):] in ENDINGS:
            return True
    return any(very in word for very in VERY) and tag in word or word.endswith(tag) and word[:-len(tag)].rstrip(" -") in VERY


def refused(program, subjects):
    run = subprocess.run([program, POLICY], input="\n".join(subjects) + "\n", capture_output=True, text=True, check=True)
    return [line.split("\t") for line in run.stdout.splitlines()], run.stderr.strip()


def written(form, word):
    return form.replace("{^}", word.upper()).replace("{}", word)


def words_of(name):
    return [word for word in Path("/usr/share/dict", name).read_text(errors="replace").splitlines() if word]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("program")
    options.add_argument("--subjects", type=Path)
    options.add_argument("--ordinary", action="store_true")
    given = options.parse_args()
    if given.subjects:
        subjects = given.subjects.read_text(errors="replace").splitlines()
        found, said = refused(given.program, subjects)
        print(f"{said}; refused {len(found)}, {10_000 * len(found) / len(subjects):.2f} of 10,000")
        for subject, tag in found:
            print(f"  {subject}  ->  {tag}")
        return
    ordinary = set()
    for package, name in LISTS.items():
        words, counts = words_of(name), []
        for place, forms in FORMS.items():
            refusals, others = 0, []
            for form in forms:
                tried = {written(form, word): word for word in words}
                found, said = refused(given.program, list(tried))
                refusals += len(found)
                others += [tried[subject] for subject, tag in found if not is_of_tag(tried[subject], tag.strip("[]"))]
            ordinary.update(fold(word) for word in others if " " not in word)
            counts.append(f"{place}:{refusals:4} refused, {len(others):3} of them no inflection")
        if not given.ordinary:
            print(f"{package:12}{len(words):8,} words   {'   '.join(counts)}   ({said.split(', ')[1]})", flush=True)
    if given.ordinary:
        print("\n".join(sorted(ordinary)))


if __name__ == "__main__":
    main()

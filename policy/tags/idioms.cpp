#include "policy/tags/idioms.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sealgate::policy {

namespace {

constexpr auto negations = std::to_array<std::u32string_view>(
    {U"non", U"not", U"no",  U"un",  U"nicht", U"kein", U"keine", U"ohne", U"pas",  U"sans", U"sin", U"senza", U"niet", U"geen",
     U"não", U"nao", U"sem", U"nie", U"ne",    U"ikke", U"ikki",  U"ej",   U"icke", U"inte", U"ei",  U"nem",   U"не"});

// An article, and what ends a question, where no hyphen ties it.
constexpr auto tied_negations = std::to_array<std::u32string_view>({U"un", U"ne"});

// Behind a negation: "no longer", "nicht mehr".
constexpr auto any_longer =
    std::to_array<std::u32string_view>({U"longer", U"mehr", U"più", U"piu", U"langer", U"længere", U"lenger", U"längre"});

constexpr auto formerly =
    std::to_array<std::u32string_view>({U"formerly", U"previously", U"ehemals", U"vormals", U"früher", U"anciennement",
                                        U"precedentemente", U"voorheen", U"tidligere", U"tidigare"});

constexpr auto list_names = std::to_array<std::u32string_view>(
    {U"tools", U"list", U"lists", U"announce", U"dev", U"devel", U"users", U"news", U"newsletter", U"group", U"talk",
     U"discuss", U"discussion", U"help", U"support", U"chat", U"forum", U"ml", U"computing"});

// "Secret Santa" is a game, "confidential computing" a technique, and a client secret a string of letters.
constexpr auto behind_in_phrases =
    std::to_array<std::u32string_view>({U"santa", U"computing", U"scanning", U"waste", U"shredding"});
constexpr auto before_in_phrases = std::to_array<std::u32string_view>({U"client"});

// By how much, for whom, and of what kind.
constexpr auto qualifiers = std::to_array<std::u32string_view>(
    {U"top",          U"very",       U"strictly",   U"highly",        U"most",        U"private",     U"personal", U"company",
     U"commercial",   U"and",        U"hr",         U"nato",          U"eu",          U"streng",      U"strikt",   U"höchst",
     U"sehr",         U"persönlich", U"privat",     U"und",           U"très",        U"strictement", U"privé",    U"personnel",
     U"et",           U"muy",        U"altamente",  U"estrictamente", U"privado",     U"personal",    U"y",        U"molto",
     U"strettamente", U"personale",  U"e",          U"zeer",          U"persoonlijk", U"en",          U"strengt",  U"strängt",
     U"ściśle",       U"přísně",     U"совершенно", U"строго",        U"цілком",      U"суворо",      U"çok"});

constexpr auto votes = std::to_array<std::u32string_view>(
    {U"vote",         U"votes", U"voting", U"ballot",      U"ballots",   U"election", U"elections", U"abstimmung",
     U"abstimmungen", U"wahl",  U"wahlen", U"stimmabgabe", U"scrutin",   U"élection", U"élections", U"votación",
     U"votacion",     U"voto",  U"votos",  U"votazione",   U"scrutinio", U"votação",  U"stemming",  U"verkiezing"});

constexpr std::u32string_view hyphens = U"-‐‑";

bool is_one_of(std::u32string_view word, const auto& words) { return std::ranges::find(words, word) != words.end(); }

std::u32string_view points_of(const folded_text& text, span where) {
    return std::u32string_view(text.points).substr(where.begin, where.size());
}

// The letters that end there, back to white space.
span word_that_ends(const folded_text& text, std::size_t end) {
    auto begin = end;
    while (begin > 0 && is_word_point(text.points[begin - 1]) && (begin == end || !text.after_space(begin))) --begin;
    return {.begin = begin, .end = end};
}

// The word before this place, with white space or a hyphen between; empty: there is none.
struct word_before {
    span where;
    bool tied = false; // by a hyphen alone
};
word_before word_right_before(const folded_text& text, std::size_t at) {
    const bool hyphen = at > 0 && hyphens.contains(text.points[at - 1]);
    if (at == 0 || at == text.size() || (!hyphen && !text.after_space(at))) return {};
    const bool tied = hyphen && !text.after_space(at) && !text.after_space(at - 1);
    return {.where = word_that_ends(text, hyphen ? at - 1 : at), .tied = tied};
}

// "DE", "UN": what stands for a country or an organisation.
bool is_abbreviation(const folded_text& text, std::string_view source, span word) {
    const auto begin = text.origins[word.begin].begin, end = text.origins[word.end - 1].end;
    return word.size() == 2 &&
           std::ranges::all_of(source.substr(begin, end - begin), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_negation(const folded_text& text, std::string_view source, const word_before& word) {
    const auto points = points_of(text, word.where);
    if (!is_one_of(points, negations) || is_abbreviation(text, source, word.where)) return false;
    return word.tied || !is_one_of(points, tied_negations);
}

} // namespace

bool is_taken_back(const folded_text& text, std::string_view source, std::size_t at) {
    const auto word = word_right_before(text, at);
    if (word.where.size() == 0) return false;
    if (is_negation(text, source, word)) return true;
    const auto points = points_of(text, word.where);
    if (!is_one_of(points, any_longer)) return is_one_of(points, formerly);
    const auto before = word_right_before(text, word.where.begin);
    return before.where.size() > 0 && is_negation(text, source, before);
}

bool takes_back(std::u32string_view beginning) { return is_one_of(beginning, negations); }

bool names_a_list(std::u32string_view folded) { return is_one_of(folded, list_names); }

bool is_qualifier(std::u32string_view folded) { return is_one_of(folded, qualifiers); }

bool is_set_phrase(const folded_text& text, span where) {
    if (is_one_of(points_of(text, word_right_before(text, where.begin).where), before_in_phrases)) return true;
    auto begin = where.end;
    if (begin < text.size() && (hyphens.contains(text.points[begin]) || text.points[begin] == U'_')) ++begin;
    auto end = begin;
    while (end < text.size() && is_word_point(text.points[end]) && (end == begin || !text.after_space(end))) ++end;
    return is_one_of(points_of(text, {.begin = begin, .end = end}), behind_in_phrases);
}

bool follows_vote(const folded_text& text, std::size_t at) {
    auto end = at;
    if (end > 0 && !is_word_point(text.points[end - 1]) && bracket_of(text.points[end - 1]) == bracket::none) --end;
    return is_one_of(points_of(text, word_that_ends(text, end)), votes);
}

} // namespace sealgate::policy

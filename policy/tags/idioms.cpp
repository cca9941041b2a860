#include "policy/tags/idioms.hpp"

#include <algorithm>
#include <array>

namespace sealgate::policy {

namespace {

constexpr auto negations = std::to_array<std::u32string_view>(
    {U"non",  U"not",   U"no",   U"un",   U"nicht", U"kein", U"keine", U"ohne", U"pas", U"sans",
     U"sin",  U"senza", U"niet", U"geen", U"não",   U"nao",  U"sem",   U"nie",  U"ne",  U"ikke",
     U"ikki", U"ej",    U"icke", U"inte", U"ei",    U"nem",  U"nu",    U"не",   U"de"});

// "Confidential computing" is a technique.
constexpr auto list_names =
    std::to_array<std::u32string_view>({U"tools", U"list",    U"lists",      U"announce", U"dev",   U"devel",   U"users",
                                        U"team",  U"news",    U"newsletter", U"group",    U"talk",  U"discuss", U"discussion",
                                        U"help",  U"support", U"chat",       U"forum",    U"board", U"ml",      U"computing"});

constexpr auto votes = std::to_array<std::u32string_view>(
    {U"vote",         U"votes", U"voting", U"ballot",      U"ballots",   U"election", U"elections", U"abstimmung",
     U"abstimmungen", U"wahl",  U"wahlen", U"stimmabgabe", U"scrutin",   U"élection", U"élections", U"votación",
     U"votacion",     U"voto",  U"votos",  U"votazione",   U"scrutinio", U"votação",  U"stemming",  U"verkiezing"});

bool is_one_of(std::u32string_view word, const auto& words) { return std::ranges::find(words, word) != words.end(); }

// The letters that end right before this place; one sign may stand between, and no bracket.
std::u32string_view word_before(const folded_text& text, std::size_t at) {
    auto end = at;
    if (end > 0 && !is_word_point(text.points[end - 1]) && bracket_of(text.points[end - 1]) == bracket::none) --end;
    auto begin = end;
    while (begin > 0 && is_word_point(text.points[begin - 1]) && (begin == end || !text.after_space(begin))) --begin;
    return std::u32string_view(text.points).substr(begin, end - begin);
}

} // namespace

bool is_negation(std::u32string_view folded) { return is_one_of(folded, negations); }

bool follows_negation(const folded_text& text, std::size_t at) { return is_negation(word_before(text, at)); }

bool names_a_list(std::u32string_view folded) { return is_one_of(folded, list_names); }

bool follows_vote(const folded_text& text, std::size_t at) { return is_one_of(word_before(text, at), votes); }

} // namespace sealgate::policy

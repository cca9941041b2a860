#include "policy/texts/tag_language.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <map>

namespace sealgate::policy {

namespace {

struct known_word {
    std::string_view word;
    std::string_view languages; // "en fr": those to which it comes first stand first
};

constexpr known_word words[] = {
    {"public", "fr en"},       {"internal", "en"},
    {"confidential", "en"},    {"strictly confidential", "en"},
    {"secret", "en fr"},       {"öffentlich", "de"},
    {"oeffentlich", "de"},     {"intern", "de nl"},
    {"vertraulich", "de"},     {"streng vertraulich", "de"},
    {"geheim", "de nl"},       {"publique", "fr"},
    {"interne", "fr"},         {"confidentiel", "fr"},
    {"confidentielle", "fr"},  {"strictement confidentiel", "fr"},
    {"público", "es pt"},      {"publico", "es pt"},
    {"pública", "es pt"},      {"publica", "es pt"},
    {"interno", "es it pt"},   {"interna", "es it pt"},
    {"confidencial", "es pt"}, {"estrictamente confidencial", "es"},
    {"secreto", "es pt"},      {"pubblico", "it"},
    {"pubblica", "it"},        {"riservato", "it"},
    {"riservata", "it"},       {"strettamente riservato", "it"},
    {"confidenziale", "it"},   {"segreto", "it"},
};

// As tags are compared: case, width and white space do not matter.
std::string_view languages_of(std::string_view tag) {
    static const std::map<std::u32string, std::string_view> known = [] {
        std::map<std::u32string, std::string_view> out;
        for (const auto& one : words) out.emplace(fold(one.word).points, one.languages);
        return out;
    }();
    const auto at = known.find(fold(tag).points);
    return at == known.end() ? std::string_view{} : at->second;
}

std::string_view primary_of(std::string_view language) { return language.substr(0, language.find('-')); }

bool is_of(std::string_view tag, std::string_view language) {
    const auto primary = primary_of(language);
    if (primary.empty()) return false;
    return std::ranges::any_of(text::split(languages_of(tag), ' '), [&](auto one) { return text::iequals(one, primary); });
}

bool is_first_of_all(std::string_view tag, std::string_view language) {
    return !languages_of(tag).empty() && text::iequals(text::split(languages_of(tag), ' ').front(), primary_of(language));
}

const std::string* first_of(const std::vector<std::string>& tags, std::string_view language) {
    auto at = std::ranges::find_if(tags, [&](const auto& tag) { return is_first_of_all(tag, language); });
    if (at == tags.end()) at = std::ranges::find_if(tags, [&](const auto& tag) { return is_of(tag, language); });
    return at == tags.end() ? nullptr : &*at;
}

} // namespace

std::string_view tag_in(const std::vector<std::string>& tags, std::string_view language) {
    if (tags.empty()) return {};
    const auto* found = first_of(tags, language);
    return found ? *found : tags.front();
}

std::string_view name_in(std::string_view name, const std::vector<std::string>& tags, std::string_view language) {
    if (languages_of(name).empty() || is_of(name, language)) return name;
    const auto* found = first_of(tags, language);
    return found ? std::string_view(*found) : name;
}

} // namespace sealgate::policy

#include "policy/load/replies.hpp"

#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"
#include "policy/texts/transliteration.hpp"

#include <algorithm>
#include <array>

namespace sealgate::policy {

namespace {

bool is_of_replies(std::string_view name) {
    static constexpr auto prefixes = std::to_array<std::string_view>({"reply-", "step-", "fault-"});
    const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
    return name == "and" || name == "or" || std::ranges::any_of(prefixes, begins);
}

// What a tier is called is nothing that has to be there: where it cannot be written its own name stands in.
bool is_name_of_a_tier(std::string_view name) { return name.starts_with("tier-") && !name.ends_with("-meaning"); }

language_texts replies_in_ascii(const language_texts& from, yaml::mark at, yaml::error_sink& errors) {
    language_texts out{.tag = from.tag, .words = {}, .texts = {}};
    for (const auto& [name, text] : from.texts) {
        if (!is_of_replies(name) && !is_name_of_a_tier(name)) continue;
        auto ascii = in_ascii(text, from.tag);
        if (ascii)
            out.texts.emplace(name, *std::move(ascii));
        else if (is_of_replies(name))
            errors.add(at, "an SMTP reply is ASCII, and the text \"" + name + "\" of " + from.tag + " cannot be written in it");
    }
    return out;
}

} // namespace

void load_replies(const yaml::node& section, yaml::error_sink& errors, policy& out) {
    yaml::map_reader m(section, "replies", errors);
    const auto* language = m.optional("language");
    m.finish();
    const auto word = language ? yaml::as_text(*language, errors) : std::nullopt;
    if (!word) return;
    const auto& all = out.notices.languages;
    const auto at = std::ranges::find(all, *word, &language_texts::tag);
    if (at != all.end()) {
        out.replies.words = replies_in_ascii(*at, language->at, errors);
        return;
    }
    std::vector<std::string> known;
    for (const auto& one : all) known.push_back(one.tag);
    errors.add(language->at, "there are no texts in \"" + text::printable(*word, 60) +
                                 "\"; there are: " + text::join(known, ", ") + did_you_mean(*word, known));
}

} // namespace sealgate::policy

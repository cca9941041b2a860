#include "policy/handbook/content.hpp"

#include "policy/base/text.hpp"
#include "policy/notices/advice.hpp"
#include "policy/tags/written.hpp"
#include "policy/texts/tag_language.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_examples = 6, most_other_tags = 8;
constexpr std::size_t digits_of_digest = 12; // enough to tell one policy from the next

class author_of_handbook {
public:
    author_of_handbook(const policy& rules, const language_texts& words)
        : rules_(rules)
        , words_(words) {}

    phrases say(std::string_view name, const filling& with = {}) const { return fill(words_.text(name), with); }
    std::string word(std::string_view name) const { return std::string(words_.text(name)); }

    std::vector<handbook::tag_row> tags() const {
        std::vector<handbook::tag_row> out;
        for (const auto& one : rules_.classifications) {
            const auto tag = std::string(tag_in(one.tags, words_.tag));
            std::vector<std::string> others;
            for (const auto& other : one.tags)
                if (other != tag) others.push_back(other);
            shorten(others, most_other_tags);
            out.push_back({.name = shown_name(rules_, one.name, words_.tag),
                           .tag = written(one),
                           .means = meaning_of(one.name),
                           .others = text::join(others, ", ")});
        }
        return out;
    }

    std::vector<phrases> tag_notes() const {
        std::vector<phrases> out{say("book-classes-note")};
        if (rules_.untagged)
            out.push_back(say("book-untagged", {{"tag", strong(written(rules_.classifications[*rules_.untagged]))}}));
        else
            out.push_back(say("book-untagged-reject"));
        out.push_back(say("book-several"));
        out.push_back(say("book-reply"));
        if (rules_.near_miss != near_miss_action::ignore)
            out.push_back(say("book-near-miss-" + std::string(name_of(rules_.near_miss))));
        if (rules_.carriers.strip && is_in_subject()) out.push_back(say("book-strip"));
        return out;
    }

    bool is_in_subject() const { return !rules_.carriers.subject.empty(); }

    // The mail of which it matters most that it is tagged.
    const classification& sensitive() const { return rules_.classifications.back(); }

    std::string example() const { return is_in_subject() ? written(sensitive()) + " " + word("book-example") : std::string{}; }

    std::vector<std::pair<std::string, phrases>> how_in() const {
        const auto tag = strong(written(sensitive()));
        std::vector<std::pair<std::string, phrases>> out;
        if (!rules_.carriers.headers.empty())
            out.emplace_back(
                "Thunderbird",
                say("book-how-thunderbird", {{"header", {rules_.carriers.headers.front()}},
                                             {"word", {std::string(tag_in(sensitive().tags, words_.tag)), emphasis::strong}}}));
        else
            out.emplace_back("Thunderbird", say("book-how-thunderbird-plain"));
        out.emplace_back("Outlook", outlook());
        if (!rules_.carriers.labels.empty())
            out.emplace_back(word("book-labels"), say("book-how-labels", {{"programs", {text::join(label_programs(), ", ")}}}));
        if (!is_in_subject()) return out;
        out.emplace_back("Apple Mail", say("book-how-apple", {{"tag", tag}}));
        out.emplace_back("Roundcube", say("book-how-roundcube"));
        out.emplace_back(word("book-gmail"), say("book-how-gmail"));
        out.emplace_back(word("book-phone"), say("book-how-phone", {{"tag", tag}}));
        return out;
    }

    std::vector<handbook::destination> matrix() const {
        std::vector<handbook::destination> out;
        for (tier_id tier = 0; tier < rules_.tiers.size(); ++tier) {
            std::vector<action> cells;
            for (const auto& row : rules_.rules) cells.push_back(row.cells[tier]);
            if (out.empty() || out.back().by_tag != cells) out.push_back({.tiers = {}, .by_tag = std::move(cells)});
            out.back().tiers.push_back(tier_name(rules_.tiers.name(tier)));
        }
        return out;
    }

    std::vector<std::pair<action, phrases>> actions(const std::vector<handbook::destination>& matrix) const {
        std::vector<std::pair<action, phrases>> out;
        for (const auto& entry : names(action{})) {
            const auto has = [&](const auto& row) { return std::ranges::find(row.by_tag, entry.value) != row.by_tag.end(); };
            if (std::ranges::none_of(matrix, has)) continue;
            const bool may_wait = entry.value == action::encrypt && rules_.encryption.no_key == no_key_action::hold;
            out.emplace_back(entry.value, say("book-" + std::string(entry.name) + "-meaning" + (may_wait ? "-hold" : "")));
        }
        return out;
    }

    std::vector<handbook::service_row> services() const {
        std::vector<handbook::service_row> out;
        for (tier_id tier = 0; tier < rules_.tiers.size(); ++tier) {
            const auto& name = rules_.tiers.name(tier);
            auto examples = rules_.tiers.first_domains(tier, most_examples);
            const auto more = rules_.tiers.domains_in(tier) - examples.size();
            const bool is_rest = tier == rules_.tiers.unknown();
            if (examples.empty() && !is_rest) continue;
            add_more(examples, more);
            out.push_back({.rating = tier_name(name),
                           .means = word("tier-" + name + "-meaning"),
                           .examples = is_rest ? word("book-all-others") : text::join(examples, ", ")});
        }
        return out;
    }

    // The safest first, as each kind lists them.
    std::vector<handbook::rung> rungs() const {
        std::vector<std::string> order;
        for (const auto& kind : rules_.channels)
            for (const auto& [tier, offered] : kind.by_tier)
                if (!offered.empty() && std::ranges::find(order, tier) == order.end()) order.push_back(tier);
        std::vector<handbook::rung> out;
        for (const auto& tier : order) {
            out.push_back({.name = tier_name(tier), .ways = {}});
            for (const auto& kind : rules_.channels)
                for (const auto& [name, offered] : kind.by_tier)
                    if (name == tier && !offered.empty())
                        out.back().ways.emplace_back(kind_name(kind.kind), text::join(offered, ", "));
        }
        return out;
    }

    std::vector<phrases> readers() const {
        const auto& how = rules_.encryption;
        std::vector<phrases> out{say("book-readers-sealed")};
        auto& first = out.front();
        if (how.to_sender) add_sentence(first, say("book-readers-you"));
        add_sentence(first, how.always_to.empty()
                                ? say("book-readers-no-more")
                                : say("book-readers-more", {{"readers", strong(text::join(how.always_to, ", "))}}));
        out.push_back(say(how.protect_subject ? "book-subject-hidden" : "book-subject-shown"));
        for (rank r = 0; r < rules_.rules.size(); ++r) {
            std::vector<std::string> to;
            for (const auto& one : rules_.rules[r].archive) to.push_back(text::printable(one.spelled));
            if (!to.empty())
                out.push_back(say("book-archive", {{"tag", strong(written(rules_.classifications[r]))},
                                                   {"addresses", {text::join(to, ", ")}}}));
        }
        out.push_back(say("book-log"));
        return out;
    }

    std::vector<phrases> ask() const {
        auto contact = contact_of(rules_, words_);
        contact.as = emphasis::strong;
        std::vector<phrases> out{say("book-ask-contact", {{"contact", contact}, {"decision", {"[sealgate 7Q2K-M4XD]"}}})};
        if (!rules_.notices.help.empty()) out.push_back(say("help", {{"help", {rules_.notices.help, emphasis::link}}}));
        out.push_back(say("book-ask-key", {{"contact", contact}}));
        out.push_back(say("book-ask-mistake"));
        return out;
    }

private:
    void add_more(std::vector<std::string>& to, std::size_t count) const {
        if (count > 0) to.push_back(filled(words_.text("more"), {{"count", {std::to_string(count)}}}));
    }

    void shorten(std::vector<std::string>& list, std::size_t most) const {
        const auto more = list.size() - std::min(list.size(), most);
        list.resize(list.size() - more);
        add_more(list, more);
    }

    // Of the names that everybody takes for the same; what another one means only the policy's owner knows.
    std::string meaning_of(const std::string& name) const {
        static constexpr auto known = std::to_array<std::string_view>({"public", "internal", "confidential"});
        return text::is_one_of(name, known) ? word("book-" + text::lower(name)) : std::string{};
    }

    static phrase strong(std::string text) { return {std::move(text), emphasis::strong}; }

    std::string written(const classification& which) const {
        auto tag = written_tag(rules_, which, words_.tag);
        return tag.empty() ? which.name : tag;
    }

    std::string tier_name(const std::string& name) const {
        const auto called = words_.text("tier-" + name);
        return called.empty() ? name : std::string(called);
    }

    std::string kind_name(const std::string& kind) const {
        return kind == "text" || kind == "voice" ? word("book-" + kind) : kind;
    }

    static void add_sentence(phrases& to, phrases more) {
        to.push_back({" "});
        std::ranges::move(more, std::back_inserter(to));
    }

    // "Confidential = [confidential], Personal = [internal]".
    phrases outlook() const {
        std::vector<std::string> choices;
        for (const auto& [value, rank] : rules_.carriers.sensitivity) {
            const auto called = words_.text("book-sensitivity-" + text::lower(value));
            choices.push_back((called.empty() ? value : std::string(called)) + " = " + written(rules_.classifications[rank]));
        }
        if (choices.empty()) return is_in_subject() ? say("book-how-outlook-plain") : say("book-how-program");
        return say("book-how-outlook", {{"choices", {text::join(choices, ", ")}}});
    }

    std::vector<std::string> label_programs() const {
        std::vector<std::string> out;
        for (const auto& [family, label] : rules_.carriers.labels) out.push_back(word("label-" + std::string(name_of(family))));
        return out;
    }

    const policy& rules_;
    const language_texts& words_;
};

} // namespace

handbook handbook_of(const policy& rules, const language_texts& words, std::string_view version) {
    const author_of_handbook of(rules, words);
    auto matrix = of.matrix();
    auto actions = of.actions(matrix);
    const auto digest = rules.digest.substr(0, rules.digest.find(':') + 1 + digits_of_digest);
    return {.words = words,
            .title = filled(words.text("book-title"), {{"organisation", {rules.organisation}}}),
            .intro = of.say("book-intro"),
            .tags = of.tags(),
            .tag_notes = of.tag_notes(),
            .how = of.say(of.is_in_subject() ? "book-how-subject" : "book-how-program"),
            .example = of.example(),
            .how_in = of.how_in(),
            .matrix = std::move(matrix),
            .actions = std::move(actions),
            .services = of.services(),
            .rungs = of.rungs(),
            .readers = of.readers(),
            .ask = of.ask(),
            .made = of.say("book-made", {{"version", {std::string(version)}}, {"digest", {digest}}})};
}

} // namespace sealgate::policy

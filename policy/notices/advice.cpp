#include "policy/notices/advice.hpp"

#include "policy/base/text.hpp"
#include "policy/tags/written.hpp"
#include "policy/texts/tag_language.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_told_of = 20;
constexpr std::size_t most_in_a_sentence = 3;
constexpr std::size_t most_services = 5;
constexpr std::size_t services_of_a_tier = 2;

void add_once(std::vector<phrases>& to, phrases line) {
    if (std::ranges::find(to, line) == to.end()) to.push_back(std::move(line));
}

void add_all(std::vector<std::string>& to, const std::vector<std::string>& words) {
    for (const auto& one : words)
        if (std::ranges::find(to, one) == to.end()) to.push_back(one);
}

bool needs_new_key(reason why) { return is_about_a_key(why) && why != reason::key_disabled; }

// Where mail itself is the wrong tool for this recipient: other ways are offered.
bool is_about_the_recipient(reason why) { return why == reason::tier || is_about_a_key(why); }

class adviser {
public:
    adviser(const policy& rules, const language_texts& words)
        : rules_(rules)
        , words_(words) {}

    void service(std::vector<phrases>& to, const told_group& group) const {
        if (group.why != reason::tier) return;
        const auto named = services(group);
        if (!named.empty()) add_once(to, fill(words_.text("better-service"), {{"services", {listed(named, "or")}}}));
    }

    // Whom to ask for a key, and who has given one: each sentence names its people.
    void keys(std::vector<phrases>& to, const std::vector<told_group>& groups) const {
        std::map<std::string, std::vector<std::string>> without, having; // by the tag that encrypts
        std::vector<std::string> for_new;
        for (const auto& group : groups) {
            if (needs_new_key(group.why)) add_all(for_new, group.who);
            const auto tag = group.why == reason::tier ? encrypting_tag(group) : std::string{};
            if (tag.empty()) continue;
            for (const auto& one : group.who)
                (std::ranges::find(group.keyed, one) == group.keyed.end() ? without : having)[tag].push_back(one);
        }
        const auto contact = contact_of(rules_, words_);
        for (const auto& [tag, who] : without)
            add_once(to, fill(words_.text("better-key"),
                              {{"who", {some(who)}}, {"tag", {tag, emphasis::strong}}, {"contact", contact}}));
        for (const auto& [tag, who] : having)
            add_once(to, fill(words_.text("better-tag"), {{"who", {some(who)}}, {"tag", {tag, emphasis::strong}}}));
        if (for_new.empty()) return;
        add_once(to, fill(words_.text("better-new-key"), {{"who", {some(for_new)}}, {"contact", contact}}));
    }

    void encryption(std::vector<phrases>& to, const told_group& group) const {
        if (group.why == reason::subject_in_clear)
            add_once(to, fill(words_.text("better-subject"), {{"contact", contact_of(rules_, words_)}}));
        if (group.why != reason::unverifiable && group.why != reason::passphrase_only) return;
        const auto rank = rank_of(group);
        const auto tag = rank ? written_tag(rules_, rules_.classifications[*rank], words_.tag) : std::string{};
        if (!tag.empty()) add_once(to, fill(words_.text("better-gateway"), {{"tag", {tag, emphasis::strong}}}));
    }

    void channels(std::vector<phrases>& to, const std::vector<told_group>& groups) const {
        for (const auto& kind : rules_.channels) {
            const auto offered = offer(kind, groups);
            if (offered.empty()) continue;
            const bool own = kind.kind == "text" || kind.kind == "voice";
            add_once(to, fill(words_.text(own ? "better-" + kind.kind : "better-channel"),
                              {{"kind", {kind.kind}}, {"channels", {offered}}}));
        }
    }

private:
    std::string listed(const std::vector<std::string>& names, std::string_view last) const {
        return text::listed(names, words_.text(last));
    }

    std::optional<rank> rank_of(const told_group& group) const {
        const auto at = std::ranges::find(rules_.classifications, group.classification, &classification::name);
        if (at == rules_.classifications.end()) return std::nullopt;
        return static_cast<rank>(at - rules_.classifications.begin());
    }

    // Whether this classification goes to that tier without a word.
    bool is_free(std::optional<rank> rank, tier_id tier) const {
        return rank && rules_.rules[*rank].cells[tier] == action::deliver;
    }

    std::vector<std::string> services(const told_group& group) const {
        if (!rules_.notices.services.empty()) return rules_.notices.services;
        std::vector<std::string> out;
        const auto rank = rank_of(group);
        for (auto tier = rules_.tiers.organisation() + 1; tier < rules_.tiers.unknown(); ++tier) {
            if (!is_free(rank, tier)) continue;
            for (auto& domain : rules_.tiers.first_domains(tier, services_of_a_tier))
                if (out.size() < most_services) out.push_back(std::move(domain));
        }
        return out;
    }

    // The tag with which the gateway would encrypt mail to them: of the least sensitive classification that does.
    std::string encrypting_tag(const told_group& group) const {
        const auto tier = rules_.tiers.find(group.tier);
        if (!tier) return {};
        for (rank r = rank_of(group).value_or(0); r < rules_.classifications.size(); ++r)
            if (rules_.rules[r].cells[*tier] == action::encrypt)
                return written_tag(rules_, rules_.classifications[r], words_.tag);
        return {};
    }

    // "Signal or Jitsi, otherwise WhatsApp": what is as safe as mail that needs no warning; else the first, the best.
    std::string offer(const channel_group& kind, const std::vector<told_group>& groups) const {
        std::string out;
        bool asked = false;
        for (const auto& group : groups) asked = asked || is_about_the_recipient(group.why);
        if (!asked || kind.by_tier.empty()) return out;
        for (const auto& [name, offered] : kind.by_tier) {
            const auto tier = rules_.tiers.find(name);
            const auto too_much = [&](const told_group& group) {
                return is_about_the_recipient(group.why) && !is_free(rank_of(group), *tier);
            };
            if (!tier || offered.empty() || std::ranges::any_of(groups, too_much)) continue;
            if (!out.empty()) out += ", " + std::string(words_.text("otherwise")) + " ";
            out += listed(offered, "or");
        }
        return out.empty() ? listed(kind.by_tier.front().second, "or") : out;
    }

    std::string some(std::vector<std::string> who) const {
        const auto more = who.size() > most_in_a_sentence ? who.size() - most_in_a_sentence : 0;
        if (more > 0) {
            who.resize(most_in_a_sentence);
            who.push_back(filled(words_.text("more"), {{"count", {std::to_string(more)}}}));
        }
        return listed(who, "and");
    }

    const policy& rules_;
    const language_texts& words_;
};

} // namespace

std::vector<told_group> groups_of(const std::vector<told_mail>& mails) {
    std::vector<told_group> out;
    for (const auto& mail : mails) {
        if (mail.kind == notice_kind::refused) continue;
        for (const auto& one : mail.recipients) {
            const auto unread = one.why == reason::near_miss ? mail.unread : std::nullopt;
            auto at = std::ranges::find_if(out, [&](const told_group& group) {
                return group.kind == mail.kind && group.classification == mail.classification && group.tier == one.tier &&
                       group.why == one.why && group.unread == unread && group.inherited == mail.inherited &&
                       group.raised == mail.raised;
            });
            if (at == out.end())
                at = out.insert(at, {.kind = mail.kind,
                                     .classification = mail.classification,
                                     .tier = one.tier,
                                     .why = one.why,
                                     .unread = unread,
                                     .inherited = mail.inherited,
                                     .raised = mail.raised});
            if (one.has_key) add_all(at->keyed, {one.address});
            if (std::ranges::find(at->who, one.address) != at->who.end()) continue;
            if (at->who.size() < most_told_of)
                at->who.push_back(one.address);
            else
                ++at->unnamed;
        }
        if (mail.unnamed > 0 && !out.empty()) out.back().unnamed += mail.unnamed;
    }
    return out;
}

namespace {

std::string why_text(const told_group& group) {
    if (group.kind == notice_kind::held && group.why == reason::tier) return "held-tier";
    if (group.unread) return group.unread->empty() ? "why-unread" : "why-unread-charset";
    return "why-" + std::string(name_of(group.why));
}

} // namespace

std::string shown_name(const policy& rules, const std::string& name, std::string_view language) {
    const auto at = std::ranges::find(rules.classifications, name, &classification::name);
    return at == rules.classifications.end() ? name : std::string(name_in(name, at->tags, language));
}

bool is_told(reason why) {
    using enum reason;
    switch (why) {
    case tier:
    case subject_in_clear:
    case unverifiable:
    case passphrase_only:
    case no_key:
    case key_expired:
    case key_revoked:
    case key_disabled:
    case key_not_for_encryption:
    case key_weak:
    case near_miss:
    case downgrade: return true;
    case allowed:
    case sealed:
    case already_encrypted:
    case not_addressed:
    case not_encrypted:
    case pgp_fake:
    case pgp_partial:
    case smime_not_accepted:
    case untagged:
    case too_large:
    case too_large_sealed:
    case too_many_copies:
    case unreadable:
    case keys_unreadable:
    case lookup_failed:
    case threads_unreadable:
    case limit_unknown:
    case organisation_key:
    case sealing_failed:
    case no_room:
    case internal_error: return false;
    }
    return false;
}

phrases why_line(const policy& rules, const told_group& group, const language_texts& words) {
    auto who = group.who;
    if (group.unnamed > 0) who.push_back(filled(words.text("more"), {{"count", {std::to_string(group.unnamed)}}}));
    phrases line{{text::listed(who, words.text("and")), emphasis::strong}, {": "}};
    const auto text = words.text(why_text(group));
    const auto called = words.text("tier-" + group.tier);
    std::ranges::move(fill(text, {{"classification", {shown_name(rules, group.classification, words.tag)}},
                                  {"charset", {group.unread.value_or("")}},
                                  {"tier", {called.empty() ? group.tier : std::string(called)}},
                                  {"meaning", {std::string(words.text("tier-" + group.tier + "-meaning"))}}}),
                      std::back_inserter(line));
    if (group.inherited || group.raised) line.push_back({" " + std::string(words.text(group.raised ? "raised" : "inherited"))});
    return line;
}

std::vector<phrases> better_lines(const policy& rules, const language_texts& words, const std::vector<told_group>& groups,
                                  const std::vector<std::string>& meant) {
    const adviser advice(rules, words);
    std::vector<phrases> out;
    const auto nearly = std::ranges::find(groups, reason::near_miss, &told_group::why);
    if (nearly != groups.end() && !meant.empty())
        out.push_back(
            fill(words.text(nearly->kind == notice_kind::held ? "held-retag" : "better-retag"),
                 {{"tags", {text::listed(meant, words.text("or")), emphasis::strong}}, {"contact", contact_of(rules, words)}}));
    if (std::ranges::any_of(groups, [](const told_group& group) { return group.unread.has_value(); }))
        out.push_back(fill(words.text("better-readable"), {}));
    for (const auto& group : groups) advice.service(out, group);
    if (std::ranges::find(groups, reason::downgrade, &told_group::why) != groups.end())
        out.push_back(fill(words.text("better-downgrade"), {}));
    advice.keys(out, groups);
    for (const auto& group : groups) advice.encryption(out, group);
    advice.channels(out, groups);
    return out;
}

phrase contact_of(const policy& rules, const language_texts& words) {
    const auto& from = rules.notices.from;
    return {from.is_null() ? std::string(words.text("administrators")) : text::printable(from.spelled)};
}

} // namespace sealgate::policy

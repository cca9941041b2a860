#include "policy/explain.hpp"

#include "policy/base/text.hpp"
#include "policy/next_step.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace sealgate::policy {

namespace {

// RFC 5321 section 4.5.3.1.5: 512 octets a reply line, code and status included.
constexpr std::size_t longest_line = 450;
// Of all that a reply names, shared by its reasons; more are counted.
constexpr std::size_t most_named = 60, most_octets_named = 5'000;
constexpr std::size_t most_lines = 24;

// The recipients that share a reason.
struct group {
    reason why;
    std::vector<std::string> who; // "bob@yahoo.com (unsecure)"

    std::string named(std::size_t groups) const;
};

// What can be done, and the reasons that call for it.
struct advised {
    next_step next;
    std::vector<group> groups;

    std::size_t recipients() const;
};

std::size_t advised::recipients() const {
    std::size_t count = 0;
    for (const auto& g : groups) count += g.who.size();
    return count;
}

// "a, b and 940 more": at least one, and no more than this group's share.
std::string group::named(std::size_t groups) const {
    std::vector<std::string> words;
    std::size_t octets = 0;
    for (const auto& one : who) {
        octets += one.size();
        if (!words.empty() && (words.size() >= most_named / groups || octets > most_octets_named / groups)) break;
        words.push_back(one);
    }
    if (words.size() < who.size()) words.push_back(std::to_string(who.size() - words.size()) + " more");
    return text::listed(words, "and");
}

// "there is no key for bob@yahoo.com (unsecure)": what stands after "not sent: tagged confidential, but ".
std::string cause(const group& g, std::size_t groups) {
    const auto who = g.named(groups);
    const bool one = g.who.size() == 1;
    const auto key = [&](std::string_view is, std::string_view are) {
        return std::string(one ? "the key of " : "the keys of ").append(who).append(" ").append(one ? is : are);
    };
    switch (g.why) {
    case reason::tier: return "the policy does not allow it to go to " + who;
    case reason::no_key: return "there is no key for " + who;
    case reason::key_expired: return key("has expired", "have expired");
    case reason::key_revoked: return key("is revoked", "are revoked");
    case reason::key_disabled: return key("is disabled here", "are disabled here");
    case reason::key_not_for_encryption: return key("cannot be used for encryption", "cannot be used for encryption");
    case reason::not_addressed: return "it is not encrypted to " + who + ", who could not read it";
    case reason::unverifiable: return "nobody can tell whether it is encrypted to " + who;
    case reason::passphrase_only:
        return "it is encrypted to a passphrase alone, and nobody can tell " +
               (one ? "whether " + who + " knows it" : "who of " + who + " know it");
    case reason::not_encrypted: return "your own mail program must encrypt it for " + who;
    case reason::pgp_fake: return "it claims to be encrypted and is not, so it cannot go to " + who;
    case reason::pgp_partial: return "it is encrypted with something readable beside it, so it cannot go to " + who;
    case reason::smime_not_accepted: return "S/MIME is not accepted, so it cannot go to " + who;
    case reason::too_large: return "it is larger than the gateway reads";
    case reason::unreadable: return "its structure is too deep to be checked, so it cannot go to " + who;
    case reason::near_miss:
    case reason::untagged:
    case reason::allowed:
    case reason::sealed:
    case reason::already_encrypted:
    case reason::subject_in_clear:
    case reason::sealing_failed:
    case reason::internal_error: break;
    }
    return "of a rule about " + who;
}

std::string unread_text(const near_miss& miss) {
    const auto named = text::ascii(miss.charset);
    const auto why = named.empty() ? "" : " (charset " + named + ")";
    switch (miss.where) {
    case carrier::subject: return "its Subject could not be read" + why;
    case carrier::header: return "a header field in which tags stand could not be read" + why;
    case carrier::sensitivity: return "its Sensitivity could not be read" + why;
    }
    std::unreachable();
}

std::string near_miss_text(const facts& known) {
    if (const auto* unread = unread_in(known.findings)) return unread_text(*unread) + ", so nobody can tell its tag";
    std::vector<std::string> meant;
    for (const auto& miss : known.findings.near_misses) {
        const bool is_new = std::ranges::find(meant, miss.suggestion) == meant.end();
        if (is_new && !miss.suggestion.empty()) meant.push_back(miss.suggestion);
    }
    if (meant.empty()) return "it is marked with something that is no tag here";
    return "it has something nearly like a tag; did you mean " + text::ascii(text::listed(meant, "or")) + "?";
}

std::string classification_text(const policy& rules, const facts& known, const decision& made) {
    const auto name = text::ascii(rules.classifications[*made.classification].name);
    return known.findings.tags.empty() ? "not tagged and so " + name : "tagged " + name;
}

// In the order of the recipients. One who is named twice in the envelope counts once.
std::vector<advised> advised_of(const policy& rules, const facts& known, const decision& made) {
    std::vector<advised> all;
    std::set<std::tuple<reason, next_step, std::string>> seen;
    for (const auto& recipient : made.recipients) {
        if (recipient.result != outcome::reject) continue;
        const auto next = step_for(known, recipient);
        auto who = shown(recipient.who) + " (" + text::ascii(rules.tiers.name(recipient.tier)) + ")";
        if (!seen.emplace(recipient.why, next, who).second) continue;
        auto step = std::ranges::find(all, next, &advised::next);
        if (step == all.end()) step = all.insert(step, {.next = next, .groups = {}});
        auto at = std::ranges::find(step->groups, recipient.why, &group::why);
        if (at == step->groups.end()) at = step->groups.insert(at, {.why = recipient.why, .who = {}});
        at->who.push_back(std::move(who));
    }
    return all;
}

// The first sentence is whole ("not sent: …"), the later ones go on from it.
std::string sentence(const policy& rules, const facts& known, const decision& made, const group& g, std::size_t groups,
                     bool first) {
    const std::string opening = first ? "not sent: " : "Also: ";
    if (g.why == reason::near_miss) {
        const auto said = near_miss_text(known);
        return opening + said + (said.ends_with('?') ? "" : ".");
    }
    if (g.why == reason::untagged || !made.classification) return opening + "it has no tag.";
    return opening + (first ? classification_text(rules, known, made) + ", but " : "") + cause(g, groups) + ".";
}

// Breaks at spaces, but not between an address and its tier; a single word longer than a line is cut.
void append_wrapped(std::vector<std::string>& lines, std::string_view sentence) {
    while (sentence.size() > longest_line) {
        auto space = sentence.rfind(' ', longest_line);
        if (space != std::string_view::npos && space > 0 && sentence[space + 1] == '(') space = sentence.rfind(' ', space - 1);
        const auto cut = space == std::string_view::npos || space == 0 ? longest_line : space;
        lines.emplace_back(sentence.substr(0, cut));
        sentence = text::trim(sentence.substr(cut));
    }
    lines.emplace_back(sentence);
}

void append_id(std::vector<std::string>& lines, std::string_view id) {
    const auto mark = "[sealgate " + std::string(id) + "]";
    if (lines.back().size() + 1 + mark.size() > longest_line + 40) {
        lines.push_back(mark);
    } else {
        lines.back() += " " + mark;
    }
}

bool is_key_trouble(const group& g) {
    using enum reason;
    return g.why == key_expired || g.why == key_revoked || g.why == key_disabled || g.why == key_not_for_encryption;
}

// RFC 3463: X.3.4 too big, X.7.5 cryptographic failure, where keys alone are in the way; else the policy is, X.7.1.
smtp_reply coded(const std::vector<advised>& all) {
    const auto all_of = [&](auto holds) {
        return std::ranges::all_of(all, [&](const advised& one) { return std::ranges::all_of(one.groups, holds); });
    };
    const bool small_enough = all_of([](const group& g) { return g.why != reason::too_large; });
    if (!small_enough) return {.code = 552, .enhanced = "5.3.4", .lines = {}};
    return {.code = 550, .enhanced = all_of(is_key_trouble) ? "5.7.5" : "5.7.1", .lines = {}};
}

// What holds for several of the steps, once.
void append_common(std::vector<std::string>& lines, const policy& rules, const std::vector<advised>& all) {
    const auto channels = best_channels(rules);
    if (all.size() > 1 && !channels.empty() && std::ranges::any_of(all, offers_other_ways, &advised::next))
        append_wrapped(lines, "Or use " + channels + " instead.");
    const auto& readers = rules.encryption.always_to;
    if (!readers.empty() && std::ranges::any_of(all, leads_to_sealing, &advised::next))
        append_wrapped(lines, "What is encrypted here can also be read by " + text::ascii(text::listed(readers, "and")) + ".");
}

std::string step_text(const policy& rules, const advised& one, bool alone) {
    auto out = text_of(one.next, rules, one.recipients() == 1 ? how_many::one : how_many::several);
    if (!offers_other_ways(one.next)) return out;
    const auto channels = alone ? best_channels(rules) : std::string{};
    return out + (channels.empty() ? "." : ", or use " + channels + " instead.");
}

smtp_reply refusal(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    const auto all = advised_of(rules, known, made);
    auto reply = coded(all);
    auto& lines = reply.lines;
    std::vector<std::string> common;
    append_common(common, rules, all);
    std::size_t groups = 0, left_out = 0;
    for (const auto& one : all) groups += one.groups.size();
    for (const auto& one : all) {
        std::vector<std::string> said;
        for (const auto& g : one.groups)
            append_wrapped(said, sentence(rules, known, made, g, groups, lines.empty() && said.empty()));
        append_wrapped(said, step_text(rules, one, all.size() == 1));
        if (!lines.empty() && lines.size() + said.size() + common.size() + 2 > most_lines) {
            left_out += one.recipients();
        } else {
            std::ranges::move(said, std::back_inserter(lines));
        }
    }
    if (left_out > 0)
        lines.push_back("Also: " + std::to_string(left_out) + " more; your mail administrator's log names them all.");
    std::ranges::move(common, std::back_inserter(lines));
    append_id(lines, id);
    return reply;
}

smtp_reply try_again(const decision& made, std::string_view id) {
    const std::string why = made.failure == reason::sealing_failed ? "it could not be encrypted just now"
                                                                   : "the mail gateway has a problem of its own";
    smtp_reply reply{.code = 451, .enhanced = "4.3.0", .lines = {"not sent yet: " + why + "."}};
    reply.lines.emplace_back("Nothing has left. Try again in a few minutes; if this lasts, tell your mail administrator.");
    append_id(reply.lines, id);
    return reply;
}

} // namespace

std::string shown(const address& who) { return text::ascii(who.domain.empty() ? who.spelled : who.local + "@" + who.domain); }

std::string to_string(const smtp_reply& reply) {
    std::string out;
    for (const auto& line : reply.lines) {
        if (!out.empty()) out += '\n';
        out += std::to_string(reply.code) + " " + reply.enhanced + " " + line;
    }
    return out;
}

std::optional<smtp_reply> reply_for(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    switch (made.what) {
    case outcome::deliver:
    case outcome::warn:
    case outcome::seal:
    case outcome::hold: return std::nullopt;
    case outcome::reject: return refusal(rules, known, made, id);
    case outcome::defer: return try_again(made, id);
    }
    std::unreachable();
}

} // namespace sealgate::policy

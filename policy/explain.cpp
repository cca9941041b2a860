#include "policy/explain.hpp"

#include "policy/base/text.hpp"
#include "policy/written_tag.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::policy {

namespace {

// RFC 5321 section 4.5.3.1.5: 512 octets a reply line, code and status included.
constexpr std::size_t longest_line = 450;
// More recipients than this are counted, not named; more lines than this are cut.
constexpr std::size_t most_named = 60;
constexpr std::size_t most_lines = 24;

using text::listed;

std::string all_tags(const policy& rules) {
    std::vector<std::string> words;
    for (const auto& tag : written_tags(rules)) words.push_back(text::ascii(tag));
    return listed(words, "or");
}

// "Signal or Jitsi": the first group of the text channels, which the policy lists best first.
std::string best_channels(const policy& rules) {
    const auto text_kind = std::ranges::find(rules.channels, "text", &channel_group::kind);
    const auto kind = text_kind == rules.channels.end() ? rules.channels.begin() : text_kind;
    if (kind == rules.channels.end() || kind->by_tier.empty()) return {};
    return text::ascii(listed(kind->by_tier.front().second, "or"));
}

std::string ask_for_key(const policy& rules, std::string_view request) {
    const auto channels = best_channels(rules);
    return std::string(request) + (channels.empty() ? "." : ", or use " + channels + " instead.");
}

void add_once(std::vector<std::string>& to, std::string word) {
    if (std::ranges::find(to, word) == to.end()) to.push_back(std::move(word));
}

// The recipients that share a reason, as the sentence needs them.
struct group {
    reason why;
    std::vector<std::string> who; // "bob@yahoo.com (unsecure)"
    std::size_t unnamed = 0;

    std::string named() const {
        auto words = who;
        if (unnamed > 0) words.push_back(std::to_string(unnamed) + " more");
        return listed(words, "and");
    }
    bool several() const { return who.size() + unnamed > 1; }
};

// "there is no key for bob@yahoo.com (unsecure)": what stands after "not sent: tagged confidential, but ".
std::string cause(const group& g) {
    const auto who = g.named();
    const std::string key = g.several() ? "the keys of " + who + " " : "the key of " + who + " ";
    switch (g.why) {
    case reason::tier: return "the policy does not allow it to go to " + who;
    case reason::no_key: return "there is no key for " + who;
    case reason::key_expired: return key + (g.several() ? "have expired" : "has expired");
    case reason::key_revoked: return key + (g.several() ? "are revoked" : "is revoked");
    case reason::key_disabled: return key + (g.several() ? "are disabled here" : "is disabled here");
    case reason::key_not_for_encryption: return key + "cannot be used for encryption";
    case reason::not_addressed: return "it is not encrypted to " + who + ", who could not read it";
    case reason::unverifiable: return "nobody can tell whether it is encrypted to " + who;
    case reason::passphrase_only: return "it is encrypted to a passphrase alone, and nobody can tell who of " + who + " knows it";
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

std::string advice(const policy& rules, reason why) {
    switch (why) {
    case reason::no_key: return ask_for_key(rules, "Ask them for their OpenPGP key");
    case reason::key_expired:
    case reason::key_revoked:
    case reason::key_not_for_encryption: return ask_for_key(rules, "Ask them for a new OpenPGP key");
    case reason::key_disabled: return ask_for_key(rules, "Ask your mail administrator about this key");
    case reason::tier: return ask_for_key(rules, "Ask them for an address at a safer mail service");
    case reason::passphrase_only:
    case reason::not_addressed: return "Encrypt it to the keys of all recipients and send it again.";
    case reason::unverifiable: return "Send it unencrypted, and the gateway will encrypt it, if it has their key.";
    case reason::not_encrypted: return "Encrypt it with OpenPGP in your mail program and send it again.";
    case reason::pgp_fake:
    case reason::pgp_partial:
    case reason::smime_not_accepted: return "Send it unencrypted to have it encrypted here, or encrypt all of it with OpenPGP.";
    case reason::too_large: return "Send less in one mail.";
    case reason::unreadable: return "Send the parts of it in mails of their own.";
    case reason::near_miss: return "Correct it and send it again; the tags are " + all_tags(rules) + ".";
    case reason::untagged: return "Write " + all_tags(rules) + " in the subject and send it again.";
    case reason::allowed:
    case reason::sealed:
    case reason::already_encrypted:
    case reason::subject_in_clear:
    case reason::sealing_failed:
    case reason::internal_error: break;
    }
    return "Ask your mail administrator.";
}

std::string near_miss_text(const facts& known) {
    std::vector<std::string> meant;
    for (const auto& miss : known.findings.near_misses)
        if (!miss.suggestion.empty()) add_once(meant, miss.suggestion);
    if (meant.empty()) return "it is marked with something that is no tag here";
    return "it has something nearly like a tag; did you mean " + text::ascii(listed(meant, "or")) + "?";
}

std::string classification_text(const policy& rules, const facts& known, const decision& made) {
    const auto name = text::ascii(rules.classifications[*made.classification].name);
    return known.findings.tags.empty() ? "not tagged and so " + name : "tagged " + name;
}

std::vector<group> groups_of(const policy& rules, const decision& made) {
    std::vector<group> groups;
    for (const auto& recipient : made.recipients) {
        if (recipient.result != outcome::reject) continue;
        auto at = std::ranges::find(groups, recipient.why, &group::why);
        if (at == groups.end()) at = groups.insert(at, {.why = recipient.why, .who = {}, .unnamed = 0});
        if (at->who.size() < most_named) {
            at->who.push_back(shown(recipient.who) + " (" + text::ascii(rules.tiers.name(recipient.tier)) + ")");
        } else {
            ++at->unnamed;
        }
    }
    return groups;
}

// The first sentence is whole ("not sent: …"), the later ones go on from it.
std::string sentence(const policy& rules, const facts& known, const decision& made, const group& g, bool first) {
    const std::string opening = first ? "not sent: " : "Also: ";
    if (g.why == reason::near_miss) {
        const auto said = near_miss_text(known);
        return opening + said + (said.ends_with('?') ? "" : ".");
    }
    if (g.why == reason::untagged || !made.classification) return opening + "it has no tag.";
    return opening + (first ? classification_text(rules, known, made) + ", but " : "") + cause(g) + ".";
}

// Breaks at spaces; a single word longer than a line is cut.
void append_wrapped(std::vector<std::string>& lines, std::string_view sentence) {
    while (sentence.size() > longest_line) {
        const auto space = sentence.rfind(' ', longest_line);
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

smtp_reply refusal(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    smtp_reply reply{.code = 550, .enhanced = "5.7.1", .lines = {}};
    const auto groups = groups_of(rules, made);
    std::vector<std::string> advised;
    for (const auto& g : groups) {
        append_wrapped(reply.lines, sentence(rules, known, made, g, reply.lines.empty()));
        if (g.why == reason::too_large) reply = {.code = 552, .enhanced = "5.3.4", .lines = std::move(reply.lines)};
        add_once(advised, advice(rules, g.why));
    }
    if (reply.lines.size() + advised.size() > most_lines) {
        reply.lines.resize(most_lines - std::min(advised.size(), most_lines - 2) - 1);
        reply.lines.emplace_back("and more; your mail administrator's log names them all.");
    }
    for (const auto& next : advised) append_wrapped(reply.lines, next);
    append_id(reply.lines, id);
    return reply;
}

smtp_reply try_again(const decision& made, std::string_view id) {
    const std::string why = made.failure == reason::sealing_failed ? "it could not be encrypted just now"
                                                                   : "the mail gateway has a problem of its own";
    smtp_reply reply{.code = 451, .enhanced = "4.3.0", .lines = {"not sent yet: " + why + "."}};
    reply.lines.emplace_back("Nothing has left. It will be tried again; if this lasts, tell your mail administrator.");
    append_id(reply.lines, id);
    return reply;
}

} // namespace

std::string shown(const address& who) {
    return text::ascii(who.domain.empty() ? who.spelled : who.local + "@" + who.domain);
}

std::string to_string(const smtp_reply& reply) {
    std::string out;
    for (const auto& line : reply.lines) {
        if (!out.empty()) out += '\n';
        out += std::to_string(reply.code) + " " + reply.enhanced + " " + line;
    }
    return out;
}

std::optional<smtp_reply> reply_for(const policy& rules, const facts& known, const decision& made,
                                    std::string_view id) {
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

#include "policy/decision/refusal.hpp"

#include "policy/base/text.hpp"
#include "policy/decision/next_step.hpp"
#include "policy/decision/refused_group.hpp"
#include "policy/tags/written.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace sealgate::policy {

namespace {

// Of all that a reply of several lines names, shared by its reasons; more are counted.
constexpr std::size_t most_named = 60, most_octets_named = 5'000;
constexpr std::size_t most_lines = 24;

// What can be done, and the reasons that call for it.
struct advised {
    next_step next;
    std::vector<refused_group> groups;

    std::size_t recipients() const;
};

// All that a refusal is made of.
struct account {
    const policy& rules;
    const facts& known;
    const decision& made;
    std::vector<advised> all;

    std::size_t reasons() const;
    std::size_t recipients() const;
};

// How much of it is said: each leaves out what the one before it still says.
enum class depth : std::uint8_t { whole, without_readers, without_channels, without_steps, first_reason };

std::size_t advised::recipients() const {
    std::size_t count = 0;
    for (const auto& g : groups) count += g.who.size();
    return count;
}

std::size_t account::reasons() const {
    std::size_t count = 0;
    for (const auto& one : all) count += one.groups.size();
    return count;
}

std::size_t account::recipients() const {
    std::size_t count = 0;
    for (const auto& one : all) count += one.recipients();
    return count;
}

std::string field_text(carrier where) {
    switch (where) {
    case carrier::subject: return "its Subject";
    case carrier::header: return "a header field in which tags stand";
    case carrier::sensitivity: return "its Sensitivity";
    case carrier::forwarded: return "a message attached to it";
    case carrier::msip:
    case carrier::epms:
    case carrier::tlp:
    case carrier::sio:
    case carrier::titus:
    case carrier::boldon_james:
    case carrier::janusseal:
    case carrier::nextcloud:
    case carrier::keywords:
    case carrier::calendar: return "its label (" + std::string(name_of(where)) + ")";
    }
    std::unreachable();
}

// Where a tag was found all the same, there or elsewhere, what remains is a doubt.
std::string unread_text(const near_miss& miss, const std::vector<found_tag>& found) {
    const auto named = text::ascii(miss.charset);
    const auto why = named.empty() ? "" : " (charset " + named + ")";
    const auto field = field_text(miss.where);
    if (found.empty()) return field + " could not be read" + why + ", so nobody can tell its tag";
    std::vector<std::string> tags;
    for (const auto& one : found)
        if (std::ranges::find(tags, one.tag) == tags.end()) tags.push_back(one.tag);
    return "it is tagged " + text::ascii(text::listed(tags, "and")) + ", but " + field + " could not be read for certain" +
           why + ", so it may have another tag as well";
}

std::string near_miss_text(const facts& known, const decision& made) {
    const auto found = findings_that_matter(known, made);
    if (const auto* unread = unread_in(found)) return unread_text(*unread, found.tags);
    std::vector<std::string> meant;
    for (const auto& miss : found.near_misses) {
        const bool is_new = std::ranges::find(meant, miss.suggestion) == meant.end();
        if (is_new && !miss.suggestion.empty()) meant.push_back(miss.suggestion);
    }
    if (meant.empty()) return "it is marked with something that is no tag here";
    return "it has something nearly like a tag; did you mean " + text::ascii(text::listed(meant, "or")) + "?";
}

std::string name_of_rank(const policy& rules, rank which) { return text::ascii(rules.classifications[which].name); }

std::string answered_text(const policy& rules, const decision& made) {
    if (made.thread->known_by == thread_sign::subject) return "it answers encrypted mail";
    return "it answers mail that is " + name_of_rank(rules, made.thread->classification);
}

std::string classification_text(const policy& rules, const facts& known, const decision& made) {
    const bool untagged = known.findings.tags.empty();
    const auto name = name_of_rank(rules, *made.classification);
    if (!counts_as_thread(made)) return (untagged ? "not tagged and so " : "tagged ") + name;
    const bool sealed = made.thread->known_by == thread_sign::subject;
    return (untagged ? "not tagged and so " : "tagged lower and yet ") + name +
           (sealed ? " as an answer to encrypted mail" : " like the mail that it answers");
}

// The tags with which a mail that counts as what it answers could go to all who are refused now.
std::vector<std::string> lower_tags(const policy& rules, const decision& made) {
    std::vector<std::string> out;
    const bool may_lower = rules.downgrade == downgrade_action::warn || rules.downgrade == downgrade_action::ignore;
    if (!counts_as_thread(made) || !may_lower) return out;
    const auto stays = [](const recipient_decision& one) {
        return one.why == reason::near_miss || one.why == reason::too_large;
    };
    if (std::ranges::any_of(made.recipients, stays)) return out;
    for (rank r = 0; r < made.thread->classification; ++r) {
        const auto goes = [&](const recipient_decision& one) {
            return one.result != outcome::reject || cell_for(rules.rules[r], one.who, one.tier) <= action::warn;
        };
        auto tag = text::ascii(written_tag(rules, rules.classifications[r]));
        if (!tag.empty() && std::ranges::all_of(made.recipients, goes)) out.push_back(std::move(tag));
    }
    return out;
}

// In the order of the recipients. One who is named twice in the envelope counts once.
std::vector<advised> advised_of(const policy& rules, const facts& known, const decision& made) {
    std::vector<advised> all;
    const auto found = findings_that_matter(known, made);
    std::set<std::tuple<reason, next_step, std::string>> seen;
    for (const auto& recipient : made.recipients) {
        if (recipient.result != outcome::reject) continue;
        const auto next = step_for(known, found, recipient);
        auto who = shown(recipient.who) + " (" + text::ascii(rules.tiers.name(recipient.tier)) + ")";
        if (!seen.emplace(recipient.why, next, who).second) continue;
        auto step = std::ranges::find(all, next, &advised::next);
        if (step == all.end()) step = all.insert(step, {.next = next, .groups = {}});
        auto at = std::ranges::find(step->groups, recipient.why, &refused_group::why);
        if (at == step->groups.end()) at = step->groups.insert(at, {.why = recipient.why, .who = {}});
        at->who.push_back(std::move(who));
    }
    return all;
}

// The first sentence is whole ("not sent: …"), the later ones go on from it.
std::string sentence(const account& of, const refused_group& g, share most, bool first) {
    const std::string opening = first ? "not sent: " : "Also: ";
    if (g.why == reason::near_miss) {
        const auto said = near_miss_text(of.known, of.made);
        return opening + said + (said.ends_with('?') ? "" : ".");
    }
    if (g.why == reason::untagged || !of.made.classification)
        return opening + "it has no tag" + (of.made.thread ? ", and " + answered_text(of.rules, of.made) : "") + ".";
    const auto classified = first ? classification_text(of.rules, of.known, of.made) + ", but " : std::string{};
    const auto why = g.why == reason::downgrade ? answered_text(of.rules, of.made) + ", so it cannot go to " + g.named(most)
                                                : cause(g, most, of.made.most_octets);
    return opening + classified + why + ".";
}

bool is_key_trouble(const refused_group& g) { return is_about_a_key(g.why) && g.why != reason::no_key; }

bool is_about_size(reason why) {
    return why == reason::too_large || why == reason::too_large_sealed || why == reason::too_many_copies;
}

// RFC 3463: X.3.4 too big, X.7.5 cryptographic failure, where keys alone are in the way; else the policy is, X.7.1.
smtp_reply coded(const std::vector<advised>& all) {
    const auto all_of = [&](auto holds) {
        return std::ranges::all_of(all, [&](const advised& one) { return std::ranges::all_of(one.groups, holds); });
    };
    const bool small_enough = all_of([](const refused_group& g) { return !is_about_size(g.why); });
    if (!small_enough) return {.code = 552, .enhanced = "5.3.4", .lines = {}};
    return {.code = 550, .enhanced = all_of(is_key_trouble) ? "5.7.5" : "5.7.1", .lines = {}};
}

// What holds for several of the steps, once.
std::vector<std::string> common_of(const account& of, depth how) {
    std::vector<std::string> out;
    const auto lower = lower_tags(of.rules, of.made);
    if (how < depth::without_steps && !lower.empty())
        out.push_back("If it is less sensitive, tag it " + text::listed(lower, "or") + ".");
    const auto channels = best_channels(of.rules);
    const bool many_steps = of.all.size() > 1 && std::ranges::any_of(of.all, offers_other_ways, &advised::next);
    if (how < depth::without_channels && many_steps && !channels.empty()) out.push_back("Or use " + channels + " instead.");
    const auto& readers = of.rules.encryption.always_to;
    const bool leads_on = std::ranges::any_of(of.all, leads_to_sealing, &advised::next);
    if (how < depth::without_readers && leads_on && !readers.empty())
        out.push_back("What is encrypted here can also be read by " + text::ascii(text::listed(readers, "and")) + ".");
    return out;
}

std::string step_text(const account& of, const advised& one, depth how) {
    auto out = text_of(one.next, of.rules, one.recipients() == 1 ? how_many::one : how_many::several);
    if (!offers_other_ways(one.next)) return out;
    const bool is_place = of.all.size() == 1 && how < depth::without_channels;
    const auto channels = is_place ? best_channels(of.rules) : std::string{};
    return out + (channels.empty() ? "." : ", or use " + channels + " instead.");
}

// A sentence for each of the reasons, and then what can be done.
std::vector<std::string> sentences_of(const account& of, const advised& one, share most, depth how) {
    std::vector<std::string> out;
    for (const auto& g : one.groups) out.push_back(sentence(of, g, most, &one == &of.all.front() && out.empty()));
    if (how < depth::without_steps) out.push_back(step_text(of, one, how));
    return out;
}

std::string unnamed(std::size_t count) { return "Also: " + others(count) + "; your mail administrator's log names them all."; }

std::string told(const account& of, share most, depth how) {
    std::vector<std::string> said;
    if (how == depth::first_reason) {
        const auto& first = of.all.front().groups.front();
        said.push_back(sentence(of, first, most, true));
        if (of.recipients() > first.who.size()) said.push_back(unnamed(of.recipients() - first.who.size()));
    } else {
        for (const auto& one : of.all) std::ranges::move(sentences_of(of, one, most, how), std::back_inserter(said));
        std::ranges::move(common_of(of, how), std::back_inserter(said));
    }
    return text::join(said, " ");
}

// As much as there is room for, in one line: names rather give way than what to do next.
std::string shortened(const account& of, std::size_t room) {
    constexpr std::size_t most_in_a_line = 50;
    using enum depth;
    for (const auto how : {whole, without_readers, without_channels, without_steps, first_reason})
        for (auto names = std::min(of.recipients(), most_in_a_line); names > 0; --names)
            if (auto line = told(of, {.names = names}, how); line.size() <= room) return line;
    constexpr std::string_view cut_off = "...";
    return told(of, {.names = 1}, first_reason).substr(0, room - cut_off.size()).append(cut_off);
}

// Everybody and everything, as far as a reply may go.
std::vector<std::string> in_lines(const account& of, std::size_t room) {
    const share most{.names = most_named / of.reasons(), .octets = most_octets_named / of.reasons()};
    const auto wrapped = [room](const std::vector<std::string>& sentences) {
        std::vector<std::string> out;
        for (const auto& one : sentences) append_wrapped(out, one, room);
        return out;
    };
    constexpr std::size_t line_of_others = 1, last_line = 1;
    auto common = wrapped(common_of(of, depth::whole));
    std::vector<std::string> lines;
    std::size_t left_out = 0;
    for (const auto& one : of.all) {
        auto said = wrapped(sentences_of(of, one, most, depth::whole));
        if (!lines.empty() && lines.size() + said.size() + common.size() + line_of_others + last_line > most_lines) {
            left_out += one.recipients();
        } else {
            std::ranges::move(said, std::back_inserter(lines));
        }
    }
    if (left_out > 0) lines.push_back(unnamed(left_out));
    std::ranges::move(common, std::back_inserter(lines));
    return lines;
}

std::string with_id(std::string line, std::string_view id) { return line.append(" [sealgate ").append(id).append("]"); }

smtp_reply refusal(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    const account of{.rules = rules, .known = known, .made = made, .all = advised_of(rules, known, made)};
    auto reply = coded(of.all);
    const auto room = room_in_line(reply);
    auto whole = with_id(told(of, {}, depth::whole), id);
    if (whole.size() <= room) {
        reply.lines.push_back(std::move(whole));
    } else {
        reply.lines = in_lines(of, room);
        reply.lines.push_back(with_id(shortened(of, room - with_id({}, id).size()), id));
    }
    return reply;
}

// Whoever wrote a mail that is only sent on knows neither our tags nor where it goes, and is not to learn of them.
smtp_reply refusal_for_stranger(const policy& rules, const decision& made, std::string_view id) {
    constexpr std::size_t longest_name = 200;
    const bool too_large =
        std::ranges::any_of(made.recipients, [](const recipient_decision& one) { return is_about_size(one.why); });
    auto line = "not sent on: your mail is forwarded from here, and the rules of " +
                text::ascii(rules.organisation).substr(0, longest_name) +
                " do not let it go there. Please tell whom you wrote to.";
    return {.code = too_large ? 552 : 550, .enhanced = too_large ? "5.3.4" : "5.7.1", .lines = {with_id(std::move(line), id)}};
}

// Whose keys nobody can tell just now.
std::string people_in_doubt(const decision& made) {
    refused_group all{.why = reason::keys_unreadable, .who = {}};
    const auto is_meant = [&](const key_facts& key) {
        return made.failure == reason::lookup_failed ? key.searched == key_search::failed : key.in_doubt;
    };
    for (const auto& one : made.recipients)
        if (is_meant(one.key) && one.result >= outcome::hold) all.who.push_back(shown(one.who));
    return all.who.empty() ? std::string{} : all.named({.names = 5, .octets = 200});
}

// Whose fault it is, where it is not the sender's nor the recipients'.
std::string fault(const decision& made, const std::string& who) {
    if (made.failure == reason::sealing_failed) return "it could not be encrypted just now";
    if (made.failure == reason::no_room) return "the mail gateway has no room for it just now";
    if (made.failure == reason::organisation_key)
        return "it must be encrypted to a key of our own organisation too, and that key cannot be used; your mail "
               "administrator has to renew it";
    if (made.failure == reason::threads_unreadable)
        return "it answers another mail, and the mail gateway cannot look up just now how sensitive that one is";
    if (made.failure == reason::lookup_failed)
        return "the mail gateway looks for the key of " + who + ", and could not find out yet whether there is one";
    if (made.failure == reason::keys_unreadable)
        return "the mail gateway cannot read all of its own keys just now, so it cannot tell which are of " + who;
    return "the mail gateway has a problem of its own";
}

smtp_reply try_again(const decision& made, std::string_view id) {
    // RFC 5321 section 4.2.3 and RFC 3463 section 3.4: a mail system that is full has codes of its own.
    const bool is_full = made.failure == reason::no_room;
    smtp_reply reply{.code = is_full ? 452 : 451, .enhanced = is_full ? "4.3.1" : "4.3.0", .lines = {}};
    const auto line_about = [&](const std::string& who) {
        return with_id("not sent yet: " + fault(made, who) +
                           ". Nothing has left. Try again in a few minutes; if this lasts, tell your mail administrator.",
                       id);
    };
    auto line = line_about(people_in_doubt(made));
    reply.lines.push_back(line.size() <= room_in_line(reply) ? std::move(line) : line_about("the recipients"));
    return reply;
}

} // namespace

std::string shown(const address& who) { return text::ascii(who.domain.empty() ? who.spelled : who.local + "@" + who.domain); }

std::optional<smtp_reply> reply_for(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    switch (made.what) {
    case outcome::deliver:
    case outcome::warn:
    case outcome::seal:
    case outcome::hold: return std::nullopt;
    case outcome::reject:
        return known.by == author::stranger ? refusal_for_stranger(rules, made, id) : refusal(rules, known, made, id);
    case outcome::defer: return try_again(made, id);
    }
    std::unreachable();
}

} // namespace sealgate::policy

#include "policy/decision/refusal.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/decision/next_step.hpp"
#include "policy/decision/refused_group.hpp"
#include "policy/decision/wording.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace sealgate::policy {

namespace {

// Of all that a reply of several lines names, shared by its reasons; more are counted.
constexpr std::size_t most_named = 60, most_octets_named = 5'000;
constexpr std::size_t most_lines = 24;
constexpr std::size_t most_in_a_letter = 20, most_octets_in_a_letter = 1'500; // it is kept until the letter leaves

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
    wording in;
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

std::string spelled(const address& who) { return who.domain.empty() ? who.spelled : who.local + "@" + who.domain; }

std::string field_text(const policy& rules, carrier where, const wording& in) {
    const std::string name(name_of(where));
    if (is_label(where)) return in.say("reply-field-label", {{"family", {in.shown(in.say("label-" + name))}}});
    const auto headers = where == carrier::header ? in.shown(in.listed(rules.carriers.headers, "or")) : std::string{};
    return in.say("reply-field-" + name, {{"headers", {headers}}});
}

// Where a tag was found all the same, there or elsewhere, what remains is a doubt.
std::string unread_text(const policy& rules, const near_miss& miss, const std::vector<found_tag>& found, const wording& in) {
    const auto named = in.shown(miss.charset);
    std::vector<std::string> tags;
    for (const auto& one : found)
        if (std::ranges::find(tags, one.tag) == tags.end()) tags.push_back(one.tag);
    return in.say(found.empty() ? "reply-unread" : "reply-unread-tagged",
                  {{"field", {field_text(rules, miss.where, in)}},
                   {"charset", {named.empty() ? "" : " " + in.say("reply-charset", {{"charset", {named}}})}},
                   {"tags", {in.shown(in.listed(tags, "and"))}}});
}

// As it is written, or where the reply cannot show that, the classification's tag of ASCII.
std::string meant_text(const policy& rules, const near_miss& miss, const wording& in) {
    const bool shows = in.by == told_by::letter || text::is_ascii(miss.suggestion);
    if (shows || !miss.meant || *miss.meant >= rules.classifications.size()) return miss.suggestion;
    const auto tag = in.ascii_tag(rules, rules.classifications[*miss.meant]);
    return tag.empty() ? miss.suggestion : tag;
}

// Where the first stands that has a suggestion, else the first.
carrier place_told_of(const tag_findings& found) {
    if (found.near_misses.empty()) return carrier::subject;
    const auto told = std::ranges::find_if(found.near_misses, [](const near_miss& one) { return !one.suggestion.empty(); });
    return told == found.near_misses.end() ? found.near_misses.front().where : told->where;
}

std::string near_miss_text(const policy& rules, const facts& known, const decision& made, const wording& in) {
    const auto found = findings_that_matter(known, made);
    if (const auto* unread = unread_in(found)) return unread_text(rules, *unread, found.tags, in);
    std::vector<std::string> meant;
    for (const auto& miss : found.near_misses) {
        auto tag = meant_text(rules, miss, in);
        if (!tag.empty() && std::ranges::find(meant, tag) == meant.end()) meant.push_back(std::move(tag));
    }
    const filling with{{"field", {field_text(rules, place_told_of(found), in)}}, {"tags", {in.shown(in.listed(meant, "or"))}}};
    return in.say(meant.empty() ? "reply-no-such-tag" : "reply-near-miss", with);
}

std::string answered_text(const account& of) {
    const auto& thread = *of.made.thread;
    if (thread.known_by == thread_sign::subject) return of.in.say("reply-answers-encrypted");
    return of.in.say("reply-answers", {{"classification", {of.in.name(of.rules.classifications[thread.classification])}}});
}

std::string classification_text(const account& of) {
    const bool untagged = of.known.findings.tags.empty();
    const filling with{{"classification", {of.in.name(of.rules.classifications[*of.made.classification])}}};
    if (!counts_as_thread(of.made)) return of.in.say(untagged ? "reply-untagged" : "reply-tagged", with);
    const bool sealed = of.made.thread->known_by == thread_sign::subject;
    return of.in.say(std::string(untagged ? "reply-untagged" : "reply-lowered") + (sealed ? "-encrypted" : "-thread"), with);
}

// The tags with which a mail that counts as what it answers could go to all who are refused now.
std::vector<std::string> lower_tags(const policy& rules, const decision& made, const wording& in) {
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
        auto tag = in.tag(rules, rules.classifications[r]);
        if (!tag.empty() && std::ranges::all_of(made.recipients, goes)) out.push_back(std::move(tag));
    }
    return out;
}

// In the order of the recipients. One who is named twice in the envelope counts once.
std::vector<advised> advised_of(const policy& rules, const facts& known, const decision& made, const wording& in) {
    std::vector<advised> all;
    const auto found = findings_that_matter(known, made);
    std::set<std::tuple<reason, next_step, std::string>> seen;
    for (const auto& recipient : made.recipients) {
        if (recipient.result != outcome::reject) continue;
        const auto next = step_for(known, found, recipient);
        auto who = in.shown(spelled(recipient.who)) + " (" + in.tier(rules, recipient.tier) + ")";
        if (!seen.emplace(recipient.why, next, who).second) continue;
        auto step = std::ranges::find(all, next, &advised::next);
        if (step == all.end()) step = all.insert(step, {.next = next, .groups = {}});
        auto at = std::ranges::find(step->groups, recipient.why, &refused_group::why);
        if (at == step->groups.end()) at = step->groups.insert(at, {.why = recipient.why, .who = {}});
        at->who.push_back(std::move(who));
    }
    return all;
}

// The first sentence is whole ("not sent: …"), the later ones go on from it. In a letter each stands in a line of its own.
std::string opened(const account& of, std::string what, bool first) {
    if (!what.ends_with('?')) what += '.';
    if (of.in.by == told_by::letter) return capitalised(what);
    return of.in.say(first ? "reply-first" : "reply-also", {{"what", {std::move(what)}}});
}

std::string sentence(const account& of, const refused_group& g, share most, bool first) {
    const auto& in = of.in;
    if (g.why == reason::near_miss) return opened(of, near_miss_text(of.rules, of.known, of.made, in), first);
    if (g.why == reason::untagged || !of.made.classification) {
        const auto lacks =
            of.made.thread ? in.say("reply-no-tag-answers", {{"answers", {answered_text(of)}}}) : in.say("reply-no-tag");
        return opened(of, lacks, first);
    }
    const auto why = g.why == reason::downgrade
                         ? in.say("reply-downgrade", {{"answers", {answered_text(of)}}, {"who", {g.named(most, in)}}})
                         : cause(g, most, of.made.most_octets, in);
    if (!first) return opened(of, why, first);
    return opened(of, in.say("reply-but", {{"classified", {classification_text(of)}}, {"why", {why}}}), first);
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
    const auto lower = lower_tags(of.rules, of.made, of.in);
    if (how < depth::without_steps && !lower.empty())
        out.push_back(of.in.say("reply-lower", {{"tags", {of.in.listed(lower, "or")}}}));
    const auto channels = best_channels(of.rules, of.in);
    const bool many_steps = of.all.size() > 1 && std::ranges::any_of(of.all, offers_other_ways, &advised::next);
    if (how < depth::without_channels && many_steps && !channels.empty())
        out.push_back(of.in.say("reply-channels", {{"channels", {channels}}}));
    const auto& readers = of.rules.encryption.always_to;
    const bool leads_on = std::ranges::any_of(of.all, leads_to_sealing, &advised::next);
    if (how < depth::without_readers && leads_on && !readers.empty())
        out.push_back(of.in.say("reply-readers", {{"readers", {of.in.shown(of.in.listed(readers, "and"))}}}));
    return out;
}

std::string step_text(const account& of, const advised& one, depth how) {
    auto step = text_of(one.next, of.rules, one.recipients() == 1 ? how_many::one : how_many::several, of.in);
    if (!offers_other_ways(one.next)) return step;
    const bool is_place = of.all.size() == 1 && how < depth::without_channels;
    const auto channels = is_place ? best_channels(of.rules, of.in) : std::string{};
    return of.in.say(channels.empty() ? "step-alone" : "step-or-channels", {{"step", {step}}, {"channels", {channels}}});
}

// A sentence for each of the reasons, and then what can be done.
std::vector<std::string> sentences_of(const account& of, const advised& one, share most, depth how) {
    std::vector<std::string> out;
    for (const auto& g : one.groups) out.push_back(sentence(of, g, most, &one == &of.all.front() && out.empty()));
    if (how < depth::without_steps) out.push_back(step_text(of, one, how));
    return out;
}

std::string unnamed(std::size_t count, const wording& in) { return in.say("reply-unnamed", {{"others", {others(count, in)}}}); }

std::string told(const account& of, share most, depth how) {
    std::vector<std::string> said;
    if (how == depth::first_reason) {
        const auto& first = of.all.front().groups.front();
        said.push_back(sentence(of, first, most, true));
        if (of.recipients() > first.who.size()) said.push_back(unnamed(of.recipients() - first.who.size(), of.in));
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
    if (left_out > 0) lines.push_back(unnamed(left_out, of.in));
    std::ranges::move(common, std::back_inserter(lines));
    return lines;
}

std::string with_id(std::string line, std::string_view id) { return line.append(" [sealgate ").append(id).append("]"); }

account account_of(const policy& rules, const facts& known, const decision& made, const wording& in) {
    return {.rules = rules, .known = known, .made = made, .in = in, .all = advised_of(rules, known, made, in)};
}

smtp_reply refusal(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    const auto of = account_of(rules, known, made, reply_wording(rules));
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

// Whoever hears of a mail that is only sent on knows neither our tags nor where it goes, and is not to learn of them.
smtp_reply refusal_for_stranger(const policy& rules, const decision& made, std::string_view id) {
    constexpr std::size_t longest_name = 200;
    const bool too_large =
        std::ranges::any_of(made.recipients, [](const recipient_decision& one) { return is_about_size(one.why); });
    const auto in = reply_wording(rules);
    auto line = in.say("reply-forwarded", {{"organisation", {in.shown(rules.organisation).substr(0, longest_name)}}});
    return {.code = too_large ? 552 : 550, .enhanced = too_large ? "5.3.4" : "5.7.1", .lines = {with_id(std::move(line), id)}};
}

// Whose keys nobody can tell just now.
std::string people_in_doubt(const decision& made, const wording& in) {
    refused_group all{.why = reason::keys_unreadable, .who = {}};
    const auto is_meant = [&](const key_facts& key) {
        return made.failure == reason::lookup_failed ? key.searched == key_search::failed : key.in_doubt;
    };
    for (const auto& one : made.recipients)
        if (is_meant(one.key) && one.result >= outcome::hold) all.who.push_back(shown(one.who));
    return all.who.empty() ? std::string{} : all.named({.names = 5, .octets = 200}, in);
}

// Whose fault it is, where it is not the sender's nor the recipients'.
std::string fault(const decision& made, const std::string& who, const wording& in) {
    const auto name = "fault-" + std::string(name_of(made.failure.value_or(reason::internal_error)));
    return in.say(in.has(name) ? name : "fault-internal-error", {{"who", {who}}});
}

smtp_reply try_again(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    // RFC 5321 section 4.2.3 and RFC 3463 section 3.4: a mail system that is full has codes of its own.
    const bool is_full = made.failure == reason::no_room;
    smtp_reply reply{.code = is_full ? 452 : 451, .enhanced = is_full ? "4.3.1" : "4.3.0", .lines = {}};
    const auto in = reply_wording(rules);
    if (known.heard_by == audience::stranger) { // nor whose keys are missing, nor what we know of a thread
        reply.lines.push_back(with_id(in.say("reply-forwarded-later"), id));
        return reply;
    }
    const auto line_about = [&](const std::string& who) {
        return with_id(in.say("reply-later", {{"fault", {fault(made, who, in)}}}), id);
    };
    auto line = line_about(people_in_doubt(made, in));
    reply.lines.push_back(line.size() <= room_in_line(reply) ? std::move(line) : line_about(in.say("fault-recipients")));
    return reply;
}

} // namespace

std::string shown(const address& who) { return text::ascii(spelled(who)); }

std::optional<smtp_reply> reply_for(const policy& rules, const facts& known, const decision& made, std::string_view id) {
    switch (made.what) {
    case outcome::deliver:
    case outcome::warn:
    case outcome::seal:
    case outcome::hold: return std::nullopt;
    case outcome::reject:
        return known.heard_by == audience::stranger ? refusal_for_stranger(rules, made, id) : refusal(rules, known, made, id);
    case outcome::defer: return try_again(rules, known, made, id);
    }
    std::unreachable();
}

std::vector<std::string> refusal_in_sentences(const policy& rules, const facts& known, const decision& made,
                                              const language_texts& words) {
    const auto of = account_of(rules, known, made, {.words = words, .by = told_by::letter, .language = words.tag});
    if (of.all.empty()) return {};
    const share most{.names = most_in_a_letter / of.reasons(), .octets = most_octets_in_a_letter / of.reasons()};
    std::vector<std::string> out;
    for (const auto& one : of.all) std::ranges::move(sentences_of(of, one, most, depth::whole), std::back_inserter(out));
    std::ranges::move(common_of(of, depth::whole), std::back_inserter(out));
    return out;
}

} // namespace sealgate::policy

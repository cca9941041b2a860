#include "milter/gateway/releasing.hpp"

#include "milter/base/offload.hpp"
#include "milter/gateway/judge.hpp"
#include "milter/journal/log.hpp"
#include "policy/base/text.hpp"
#include "policy/decision/release.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace sealgate::milter {

namespace {

bool same_envelope(const held_permit& permit, const transaction& mail) {
    return mail.recipients.size() == permit.recipients && envelope_digest(mail.recipients) == permit.envelope &&
           policy::parse_address(permit.sender).key() == mail.sender.key();
}

// What it counts as and what would become of it, as of any mail; and nobody gets it, in either mode.
policy::smtp_reply probed(const snapshot& live, const transaction& mail) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto made = observe_and_decide(live, mail, no_threads, now).made;
    const auto as = made.classification ? text::ascii(live.rules.classifications[*made.classification].name) : "untagged";
    policy::smtp_reply out{.code = 550, .enhanced = "5.7.1", .lines = {}};
    policy::append_wrapped(out.lines, std::string(probe_counts_as) + as + "; " + std::string(name_of(made.what)),
                           policy::room_in_line(out));
    return out;
}

// Why this mail is not the one, for whoever types the command; or nothing, and the mail has its terms.
std::optional<std::string> why_not_released(const snapshot& live, const std::optional<held_permit>& permit, transaction& mail) {
    if (!permit) return "nobody has released it, or it was used before";
    if (live.gateway.mode == policy::mode::monitor) return std::string(in_monitor_mode);
    if (!permit->as.empty() && !policy::rank_named(live.rules, permit->as))
        return "the policy in force has no classification " + text::ascii(permit->as);
    if (!same_envelope(*permit, mail)) return "its envelope is not that of the held mail";
    if (!mail.truncated && mail.lost.empty() && content_digest(mail.mail) != permit->content)
        return "its Subject or its body is not that of the held mail: does another filter before this one change it?";
    mail.released = {.decision = permit->decision.empty() ? "unknown" : permit->decision,
                     .as = permit->as,
                     .login = permit->login,
                     .queue_id = permit->queue_id,
                     .arrival = permit->arrival};
    return std::nullopt;
}

} // namespace

// Whoever says a token may mean any mail: only the one that is permitted goes on from here.
boost::asio::awaitable<std::optional<policy::smtp_reply>> begin_release(const snapshot& live, transaction& mail,
                                                                        held_permits* permits, boost::asio::thread_pool& pool) {
    const auto permit = permits != nullptr ? permits->use(mail.release_token) : std::nullopt;
    if (permit && permit->probe) {
        auto judge = [&] { return probed(live, mail); };
        co_return co_await offload(pool, std::move(judge));
    }
    auto work = [&] { return why_not_released(live, permit, mail); };
    const auto why = co_await offload(pool, std::move(work));
    if (!why) co_return std::nullopt;
    // Anybody may say such a name, and shall not fill the journal.
    if (permit) log_warning(mail.queue_id + " a held mail is not released: " + *why);
    co_return not_released(*why);
}

policy::smtp_reply not_released(std::string_view why) {
    policy::smtp_reply out{.code = 451, .enhanced = "4.7.1", .lines = {}};
    policy::append_wrapped(out.lines, "not released: " + std::string(why), policy::room_in_line(out));
    return out;
}

policy::smtp_reply still_held(const policy::policy& rules, const policy::decision& made, std::string_view id) {
    std::string why;
    for (const auto& one : made.recipients) {
        if (one.result != policy::outcome::hold) continue;
        if (!why.empty()) why += ", ";
        why += text::ascii(one.who.spelled) + ": " + std::string(name_of(one.why));
    }
    const auto as = made.classification ? text::ascii(rules.classifications[*made.classification].name) : "untagged";
    policy::smtp_reply out{.code = 550, .enhanced = "5.7.1", .lines = {}};
    policy::append_wrapped(out.lines,
                           "still held: it counts as " + as + ", and (" + why + ") [sealgate " + std::string(id) + "]",
                           policy::room_in_line(out));
    return out;
}

policy::waiting_mail waiting_mail_of(const policy::policy& rules, const policy::decision& made, const transaction& mail,
                                     std::string_view id, wall_time time) {
    policy::waiting_mail out{.decision = std::string(id),
                             .queue_id = mail.queue_id,
                             .since = std::chrono::floor<std::chrono::seconds>(time),
                             .sender = mail.sender.spelled,
                             .recipients = {},
                             .why = made.classification ? rules.classifications[*made.classification].name : "untagged"};
    std::vector<std::string> reasons;
    for (const auto& one : made.recipients) {
        out.recipients.push_back(one.who.spelled);
        const std::string word(name_of(one.why));
        if (one.result == policy::outcome::hold && std::ranges::find(reasons, word) == reasons.end()) reasons.push_back(word);
    }
    out.why += ": " + text::join(reasons, ", ");
    return out;
}

void keep_back(edit_list& edits, std::string_view id) {
    if (!edits.discard) edits.quarantine = "sealgate " + std::string(id) + ", released";
}

} // namespace sealgate::milter

#include "milter/control/decision_feed.hpp"

#include "milter/journal/log.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <vector>

namespace sealgate::milter {

namespace {

using kind = exposition::kind;

// Of those that decided: whose result is the message's.
std::vector<std::string> deciding_reasons(const policy::decision& made) {
    std::vector<std::string> out;
    const auto add = [&](policy::reason why) {
        const std::string word(name_of(why));
        if (std::ranges::find(out, word) == out.end()) out.push_back(word);
    };
    if (made.failure) add(*made.failure);
    for (const auto& one : made.recipients)
        if (one.result == made.what) add(one.why);
    return out;
}

} // namespace

std::string decision_words(const concluded& what) {
    const auto& made = what.made;
    const auto count = made.recipients.size();
    auto reasons = deciding_reasons(made);
    const auto classification = made.classification ? what.rules.classifications[*made.classification].name : "untagged";
    reasons.insert(reasons.begin(), classification);
    return std::string(name_of(made.what)) + ": " + text::join(reasons, ", ") + "; " + std::to_string(count) +
           (count == 1 ? " recipient" : " recipients") + (what.mode == policy::mode::monitor ? "; monitored only" : "");
}

void decision_feed::saw(const concluded& what) {
    const auto words = decision_words(what);
    log_info(what.id + " " + what.queue_id + " " + words,
             {.decision = what.id, .queue_id = what.queue_id, .outcome = name_of(what.made.what)});
    ++count_;
    ++outcomes_[what.made.what];
    for (const auto& one : what.made.recipients) ++recipients_[{one.result, one.why}];
    waits_.add(what.took);
    if (what.sealing.count() > 0) seals_.add(what.sealing);
    recent_.push_back({.time = what.time, .id = what.id, .queue_id = what.queue_id, .words = words});
    if (recent_.size() > most_recent) recent_.pop_front();
}

void decision_feed::write(exposition& to) const {
    to.begin("sealgate_decisions_total", kind::counter, "Messages decided, by outcome.");
    for (const auto& one : names(policy::outcome{})) {
        const auto at = outcomes_.find(one.value);
        to.sample(at == outcomes_.end() ? 0 : static_cast<double>(at->second), {{"outcome", std::string(one.name)}});
    }
    to.begin("sealgate_recipients_total", kind::counter, "Recipients of decided messages, by result and reason.");
    for (const auto& [which, count] : recipients_)
        to.sample(static_cast<double>(count),
                  {{"result", std::string(name_of(which.first))}, {"reason", std::string(name_of(which.second))}});
    to.begin("sealgate_decision_seconds", kind::histogram, "From the end of a message to the answer for Postfix.");
    waits_.write(to);
    to.begin("sealgate_sealing_seconds", kind::histogram, "What encrypting a message took, waiting for a worker included.");
    seals_.write(to);
}

} // namespace sealgate::milter

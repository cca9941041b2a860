#include "milter/agreement/notices.hpp"

#include "milter/notices/notifier.hpp"
#include "policy/base/text.hpp"

#include <map>

namespace sealgate::milter {

namespace {

// Nothing where it is none.
std::optional<std::chrono::sys_seconds> time_in(const std::string& value) {
    const auto seconds = text::whole_number<std::uint32_t>(value);
    return seconds ? std::optional(std::chrono::sys_seconds(std::chrono::seconds(*seconds))) : std::nullopt;
}

} // namespace

std::chrono::seconds agreed_notices::kept() const { return notifier::kept_for(with_.live()->rules.notices); }

std::vector<std::string> agreed_notices::changed() {
    std::vector<std::string> out;
    for (;;) {
        auto [keys, seen] = ledger_.told_behind(seen_);
        seen_ = seen;
        for (auto& [key, time] : keys) out.push_back(std::move(key));
        if (keys.size() < notice_ledger::most_lately) return out;
    }
}

std::optional<std::string> agreed_notices::here(const std::string& key) {
    const auto told = ledger_.told_at(key);
    if (!told) return std::string{};
    return std::to_string(std::chrono::floor<std::chrono::seconds>(*told).time_since_epoch().count());
}

// Those of one time together. What is over is no news.
std::vector<std::string> agreed_notices::take(const std::vector<word>& words) {
    const auto now = std::chrono::system_clock::now();
    std::map<std::chrono::sys_seconds, std::vector<std::string>> fresh;
    std::vector<std::string> out(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto told = time_in(words[i].value);
        if (!told)
            out[i] = of_another_form(words[i]);
        else if (*told > now + notice_ledger::usual_step)
            out[i] = "the time of " + words[i].gateway + " is far ahead of ours";
        else if (const auto ours = time_in(*here(words[i].name)); *told + kept() >= now && (!ours || *ours < *told))
            fresh[*told].push_back(words[i].name);
    }
    for (auto& [told, keys] : fresh) ledger_.learn(std::move(keys), told, now, kept());
    return out;
}

bool agreed_notices::adds(const std::string& here, const std::string& taken) const {
    const auto ours = time_in(here), theirs = time_in(taken);
    return ours && theirs && *ours > *theirs;
}

std::optional<std::chrono::sys_seconds> agreed_notices::needed_until(const std::string& value) const {
    const auto told = time_in(value);
    return told ? std::optional(*told + kept()) : std::nullopt;
}

} // namespace sealgate::milter

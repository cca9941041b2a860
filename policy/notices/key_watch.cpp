#include "policy/notices/key_watch.hpp"

#include "policy/notices/told_lately.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sealgate::policy {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::chrono::hours a_day{24}, an_hour{1};

bool is_within(const std::optional<sys_seconds>& told, seconds span, sys_seconds now) {
    return told && is_told_lately(*told, span, now);
}

// Which step a certificate is in: the shortest that its end is near enough for. 0: it has ended.
std::optional<seconds> step_of(sys_seconds end, const std::vector<seconds>& before, sys_seconds now) {
    if (end <= now) return seconds{0};
    std::optional<seconds> shortest;
    for (const auto step : before)
        if (end - now <= step && (!shortest || step < *shortest)) shortest = step;
    return shortest;
}

class watcher {
public:
    watcher(const std::vector<seconds>& before, const watch_memory& told, sys_seconds now)
        : before_(before)
        , told_(told)
        , now_(now)
        , a_day_passed_(!is_within(told.mail, a_day, now)) {
        out_.after.mail = told.mail;
        out_.after.news = told.news;
        out_.next = now + a_day;
    }

    watch_news run(const watched_keys& keys) {
        for (const auto& key : keys.organisation) look_at(key);
        for (const auto& certificate : keys.certificates) look_at(certificate);
        out_.news = keys.news;
        if (!out_.none() && (urgent_ || a_day_passed_)) {
            tell();
        } else {
            if (!out_.none()) look_again(*told_.mail + a_day);
            out_.unusable.clear();
            out_.ended.clear();
            out_.ending.clear();
            out_.news.clear();
        }
        std::ranges::sort(out_.ending, {}, [](const auto& one) { return std::tuple(!one.of_organisation, one.end); });
        std::ranges::sort(out_.ended, {},
                          [](const auto& one) { return std::tuple(!one.of_organisation, -one.end.time_since_epoch()); });
        return std::move(out_);
    }

private:
    void look_at(const organisation_key& key) {
        const auto found = told_.organisation.find(key.entry);
        auto known = found == told_.organisation.end() ? watched_entry{} : found->second;
        const bool told_lately = is_within(known.told, an_hour, now_);
        if (key.state == key_state::usable) {
            if (key.end) look_again(*key.end);
            if (told_lately) out_.after.organisation[key.entry] = {.since = {}, .told = known.told};
            return;
        }
        known.since = std::min(known.since.value_or(now_), now_);
        const bool is_news = !known.told || *known.told < *known.since;
        if (is_news && told_lately) look_again(*known.told + an_hour);
        urgent_ = urgent_ || (is_news && !told_lately);
        out_.after.organisation[key.entry] = known;
        out_.unusable.push_back({.key = key, .since = *known.since});
    }

    void look_at(const ending_certificate& certificate) {
        for (const auto step : before_) look_again(certificate.end - step);
        look_again(certificate.end);
        const auto step = step_of(certificate.end, before_, now_);
        if (!step) return;
        const auto known = told_.certificates.find(certificate.fingerprint);
        if (known != told_.certificates.end() && known->second.end == certificate.end && known->second.step <= *step) {
            out_.after.certificates.insert(*known);
            return;
        }
        (step->count() == 0 ? out_.ended : out_.ending).push_back(certificate);
        steps_.emplace_back(certificate.fingerprint, told_step{.end = certificate.end, .step = *step});
    }

    void tell() {
        out_.after.mail = now_;
        if (!out_.news.empty()) out_.after.news = out_.news.front().time;
        for (auto& [entry, known] : out_.after.organisation)
            if (known.since) known.told = now_;
        for (auto& [fingerprint, told] : steps_) out_.after.certificates.insert_or_assign(std::move(fingerprint), told);
    }

    void look_again(sys_seconds at) {
        if (at > now_) out_.next = std::min(out_.next, at);
    }

    const std::vector<seconds>& before_;
    const watch_memory& told_;
    sys_seconds now_;
    bool a_day_passed_;
    bool urgent_ = false;
    std::vector<std::pair<std::string, told_step>> steps_;
    watch_news out_;
};

} // namespace

watch_news keys_to_tell(const watched_keys& keys, const std::vector<seconds>& before, const watch_memory& told,
                        sys_seconds now) {
    return watcher(before, told, now).run(keys);
}

} // namespace sealgate::policy

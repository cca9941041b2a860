#include "milter/gateway/remembering.hpp"

#include "milter/writers/completion.hpp"
#include "policy/audit/pseudonym.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

namespace sealgate::milter {

namespace {

// What is known as something more sensitive stays that.
const std::string& name_for(const thread_memory& threads, const policy::policy& rules, const std::vector<std::string>& ids,
                            policy::rank as) {
    const auto known = policy::most_sensitive(rules, threads.find(ids).value_or(std::vector<std::string>{}));
    return rules.classifications[std::max(as, known.value_or(as))].name;
}

// Whoever lets go of it last says how it went: well only where all were begun, and each was written.
class last_of_all {
public:
    explicit last_of_all(std::function<void(const std::string& problem)> done)
        : done_(std::move(done)) {}
    ~last_of_all() { done_(are_begun_ ? problem_ : "no memory for it"); }
    last_of_all(const last_of_all&) = delete;
    last_of_all& operator=(const last_of_all&) = delete;

    void note(const unwritten& why) {
        const std::lock_guard lock(mutex_);
        if (!why.empty()) problem_ = why.text;
    }
    void note_begun() {
        const std::lock_guard lock(mutex_);
        are_begun_ = true;
    }

private:
    std::function<void(const std::string& problem)> done_;
    std::mutex mutex_;
    std::string problem_;
    bool are_begun_ = false;
};

} // namespace

thread_lookup lookup_in(const thread_memory& threads) {
    return [&threads](const std::vector<std::string>& ids) { return threads.find(ids); };
}

boost::asio::awaitable<unwritten> remember(thread_memory& threads, const policy::policy& rules, const judgement& judged,
                                           policy::mode mode, const std::vector<std::string>& ids) {
    const auto as = policy::remembered_as(rules, judged.known, judged.made, mode);
    if (!as || ids.empty()) co_return unwritten();
    auto begin = [&threads, ids, name = name_for(threads, rules, ids, *as)](auto done) {
        threads.remember(ids, name, std::move(done));
    };
    co_return co_await completed(std::move(begin));
}

void remember_all(thread_memory& threads, const policy::policy& rules, const std::vector<policy::recorded_mail>& mails,
                  std::function<void(const std::string& problem)> done) {
    const auto last = std::make_shared<last_of_all>(std::move(done));
    for (const auto& mail : mails) {
        const auto as = policy::remembered_as(rules, mail);
        if (!as || policy::is_pseudonym(mail.message_id)) continue;
        const auto ids = policy::message_ids_in(mail.message_id);
        if (ids.empty()) continue;
        threads.remember(
            ids, name_for(threads, rules, ids, *as), [last](const unwritten& why) { last->note(why); }, whose_mail::others);
    }
    last->note_begun();
}

void join_thread(thread_memory& threads, const policy::policy& rules, const policy::message& header) {
    const auto ids = policy::thread_ids_of(header);
    const auto known = threads.find(ids.answered);
    if (!known) return threads.read_again({});
    if (const auto answered = policy::most_sensitive(rules, *known))
        threads.join(ids.own, rules.classifications[*answered].name);
}

} // namespace sealgate::milter

#include "milter/gateway/remembering.hpp"

#include "milter/writers/completion.hpp"
#include "policy/decision/thread.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::milter {

thread_lookup lookup_in(const thread_memory& threads) {
    return [&threads](const std::vector<std::string>& ids) { return threads.find(ids); };
}

boost::asio::awaitable<unwritten> remember(thread_memory& threads, const policy::policy& rules, const judgement& judged,
                                           policy::mode mode, const std::vector<std::string>& ids) {
    auto as = policy::remembered_as(rules, judged.known, judged.made, mode);
    if (!as || ids.empty()) co_return unwritten();
    const auto known = threads.find(ids).value_or(std::vector<std::string>{});
    as = std::max(as, policy::most_sensitive(rules, known));
    auto begin = [&threads, ids, name = rules.classifications[*as].name](auto done) {
        threads.remember(ids, name, std::move(done));
    };
    co_return co_await completed(std::move(begin));
}

void join_thread(thread_memory& threads, const policy::policy& rules, const policy::message& header) {
    const auto ids = policy::thread_ids_of(header);
    const auto known = threads.find(ids.answered);
    if (!known) return threads.read_again({});
    if (const auto answered = policy::most_sensitive(rules, *known))
        threads.join(ids.own, rules.classifications[*answered].name);
}

} // namespace sealgate::milter

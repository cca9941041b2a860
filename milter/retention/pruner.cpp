#include "milter/retention/pruner.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/base/offload.hpp"
#include "milter/writers/completion.hpp"
#include "policy/base/rfc3339.hpp"

#include <boost/json.hpp>

#include <exception>
#include <utility>

namespace sealgate::milter {

std::string to_line(const prune_result& done) {
    boost::json::object out{
        {"ok", done.problem.empty()}, {"problem", done.problem}, {"files", done.files}, {"awaited", done.is_awaited}};
    if (done.what) {
        out["first_record"] = done.what->first;
        out["last_record"] = done.what->last;
        out["until"] = rfc3339(done.what->until);
    }
    return boost::json::serialize(out) + "\n";
}

boost::asio::awaitable<prune_result> prune_log(audit_log& log, std::filesystem::path directory, prunable_part part,
                                               std::string user, boost::asio::thread_pool& pool) {
    prune_result out;
    try {
        auto look = [directory, part, &out] { return find_prunable(directory, part, out.is_awaited); };
        auto found = co_await offload(pool, std::move(look));
        if (!found) co_return out;
        found->what.user = std::move(user);
        auto begin = [&log, event = policy::prune_event(std::chrono::system_clock::now(), found->what)](auto done) mutable {
            log.append(std::move(event), std::move(done));
        };
        const auto unrecorded = co_await completed(std::move(begin));
        if (!unrecorded.empty()) {
            out.problem = "nothing was taken away, since it cannot be recorded: " + unrecorded.text;
            co_return out;
        }
        out.what = found->what;
        out.files = found->files.size();
        auto take_away = [files = *std::move(found)] { remove_pruned(files); };
        co_await offload(pool, std::move(take_away));
    } catch (const std::exception& problem) {
        out.problem = text_of(problem);
    }
    co_return out;
}

} // namespace sealgate::milter

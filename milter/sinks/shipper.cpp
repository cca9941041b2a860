#include "milter/sinks/shipper.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/sinks/batch.hpp"
#include "milter/sinks/unshipped.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds between_looks{300};
constexpr std::chrono::seconds between_further_looks{1};

bool follows(const policy::link& next, const policy::chain_end& end) {
    return next.seq == end.last_seq + 1 && next.prev == end.last_hash;
}

} // namespace

shipper::shipper(shipping what)
    : what_(std::move(what))
    , standing_{.sink = what_.shown, .problem = {}}
    , thread_(
          {.name = "shipper",
           .go_on = [this] { ship(); },
           .got_on = [this,
                      before = std::uint64_t{0}]() mutable { return std::exchange(before, last_shipped()) < last_shipped(); },
           .in_the_way = [this](std::string problem) { note_problem(std::move(problem)); }}) {}

shipper::standing shipper::now() const {
    const std::lock_guard lock(mutex_);
    return standing_;
}

std::uint64_t shipper::last_shipped() const {
    const std::lock_guard lock(mutex_);
    return standing_.last_record;
}

void shipper::note_shipped(std::uint64_t last) {
    const std::lock_guard lock(mutex_);
    standing_.last_record = last;
}

void shipper::note_problem(std::string problem) {
    std::optional<std::string> news;
    {
        const std::lock_guard lock(mutex_);
        standing_.problem = problem;
        news = problem_.news(std::move(problem));
    }
    if (news) what_.complain("the audit log's copy in " + what_.shown + ": " + *news);
}

// What the log has behind that. Nothing: it is to stop.
std::unique_ptr<unshipped> shipper::rest_behind(policy::chain_end& end, const log_destination& to) const {
    const auto go_on = [this] { return thread_.wait(std::chrono::milliseconds(0)); };
    std::unique_ptr<unshipped> out;
    try {
        out = std::make_unique<unshipped>(what_.log, end, go_on);
    } catch (const another_log& problem) {
        if (!to.takes_anything()) throw another_log(text_of(problem) + ". Nothing is written to it");
        what_.complain("the audit log's copy in " + what_.shown + ": " + text_of(problem) + ". It is sent from its beginning");
        end = {};
        out = std::make_unique<unshipped>(what_.log, end, go_on);
    }
    if (!go_on()) out.reset();
    return out;
}

void shipper::tell_gap(std::uint64_t last, std::uint64_t next) const {
    what_.complain("the audit log's copy in " + what_.shown + ": behind record " + std::to_string(last) + " comes " +
                   std::to_string(next) + ": what was between is no longer in the log");
}

// Until it is to stop, or something is in the way.
void shipper::ship() {
    const auto to = what_.connect(thread_.stop_descriptor());
    auto end = to->end();
    auto rest = rest_behind(end, *to);
    if (!rest) return;
    auto next_further_look = steady_clock::now();
    bool looked_again = false;
    note_shipped(to->last());
    for (;;) {
        record_batch batch;
        const auto durable = what_.durable();
        while (rest->next()) {
            if (rest->at().seq > durable || !batch.takes(rest->at())) {
                rest->push_back();
                break;
            }
            // What is missing may have been passed over by the reading, since files were rotated under it.
            if (batch.empty() && !follows(rest->at(), end)) {
                if (!std::exchange(looked_again, true)) {
                    rest = rest_behind(end, *to);
                    if (!rest) return;
                    continue;
                }
                if (to->takes_anything()) tell_gap(end.last_seq, rest->at().seq);
            }
            batch.add(rest->at(), rest->line());
        }
        bool is_idle = batch.empty();
        if (!is_idle) {
            end = batch.end();
            to->append(std::move(batch));
            looked_again = false;
        }
        note_shipped(to->last());
        if (is_idle || steady_clock::now() >= next_further_look) {
            if (to->look()) is_idle = false;
            note_shipped(to->last());
            note_problem({});
            next_further_look = steady_clock::now() + between_further_looks;
        }
        if (!thread_.wait(is_idle ? between_looks : std::chrono::milliseconds(0))) return to->finish();
    }
}

} // namespace sealgate::milter

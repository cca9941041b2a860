// What the gateways of a fleet agree on (decision 0038): certificates, bindings, pins, who was told. By the database to which
// they bring their logs (audit.sinks), and a key that it has not (fleet.key).
//
// A thread compares what is here with what was agreed last, and with the database: what changed here is offered there, what
// changed there is taken here, and where both changed, the kind of the thing says what counts. It is told of changes (LISTEN),
// and compares all now and then, whatever it was told. Without the database a gateway works with what it has; what both did
// meanwhile is brought together afterwards. Nothing that is merely gone here goes elsewhere.
// Tested by e2e/test_shared_keys.py.
#pragma once

#include "milter/agreement/intake.hpp"
#include "milter/base/lasting_problem.hpp"
#include "milter/settings/sink_url.hpp"
#include "milter/sinks/retrying_thread.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::milter {

class agreeing {
public:
    struct surroundings {
        std::string gateway; // as the database calls this one
        database_url database;
        std::filesystem::path key, book; // files
        agreed_kinds kinds;
        std::function<void(std::string_view)> complain; // any thread
    };

    explicit agreeing(surroundings with); // throws std::system_error where it cannot begin

    void stop() noexcept { thread_.stop(); } // any thread
    // Why nothing is agreed on now; empty: it is. Any thread.
    std::string problem() const { return problem_.what(); }

private:
    // A kind's place, and a row: in this order things are offered.
    using turn = std::pair<std::size_t, std::string>;

    // With what it works as long as it is connected.
    struct session;
    struct batch;

    void go_on();
    void agree();
    void compare(session& now);
    void pull(session& now);
    void fetch(session& now);
    static std::vector<std::string> changed(session& now, agreed_kind& kind);
    void look(session& now, bool at_all);
    bool push(session& now);
    static std::string value_to_offer(session& now, const agreement_book::entry& known, agreed_kind& kind, std::string here,
                                      batch& to);
    void add(session& now, const turn& when, const agreed_place& place, batch& to) const;
    void offer(session& now, const batch& some);
    void note_as_dirty(const session& now, std::vector<agreed_place> places);
    void note_problem(const std::string& problem);

    const surroundings with_;
    std::map<turn, agreed_place> dirty_; // what may have to be offered: until that is answered
    bool got_on_ = false;
    watched_problem problem_;
    retrying_thread thread_; // last: it uses all the others
};

} // namespace sealgate::milter

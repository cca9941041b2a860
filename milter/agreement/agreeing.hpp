// What the gateways of a fleet agree on (decision 0038): certificates, bindings, pins, who was told. By the database to which
// they bring their logs (audit.sinks), and a key that it has not (fleet.key).
//
// A thread compares what is here with what was agreed last, and with the database: what changed here is offered there, what
// changed there is taken here, and where both changed, the kind of the thing says what counts. It is told of changes (LISTEN).
// Without the database a gateway works with what it has; what both did meanwhile is brought together afterwards. Nothing that
// is merely gone here goes elsewhere. Tested by agreement/book_test and e2e/test_shared_keys.py.
#pragma once

#include "milter/agreement/book.hpp"
#include "milter/agreement/item.hpp"
#include "milter/agreement/kind.hpp"
#include "milter/agreement/surroundings.hpp"
#include "milter/agreement/table.hpp"
#include "milter/base/lasting_problem.hpp"
#include "milter/notices/ledger.hpp"
#include "milter/settings/sink_url.hpp"
#include "milter/sinks/retrying_thread.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
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
        std::filesystem::path key, book;                 // files
        std::vector<std::unique_ptr<agreed_kind>> kinds; // in which order they are taken and offered
        std::function<void(std::string_view)> complain;  // any thread
    };

    explicit agreeing(surroundings with); // throws std::system_error where it cannot begin

    void stop() noexcept { thread_.stop(); } // any thread
    // Why nothing is agreed on now; empty: it is. Any thread.
    std::string problem() const;

private:
    struct place {
        agreed_kind* kind = nullptr;
        std::string name;
    };

    void go_on();
    void compare(agreement_table& table);
    bool pull(agreement_table& table);
    void fetch(agreement_table& table);
    void take(const std::vector<agreement_table::row>& rows);
    void take(agreed_kind& kind, const std::vector<agreed_item>& items);
    void look();
    bool push(agreement_table& table);
    std::string digest(const agreed_kind& kind, const std::string& value) const;
    agreed_kind* kind_named(std::string_view name) const;
    void note_problem(const std::string& problem);

    const surroundings with_;
    std::optional<fleet_key> key_;
    std::unique_ptr<agreement_book> book_;
    bool is_compared_ = false;                    // with the database, since the start
    std::uint64_t version_ = 0;                   // of the table, up to which it was read
    std::map<std::string, place> dirty_;          // rows that may have to be offered
    std::map<std::string, std::uint64_t> behind_; // rows of which the database has an earlier revision, and which
    std::set<std::string> wanted_;                // rows that have to be read
    std::size_t unreadable_ = 0;                  // rows that were sealed with another key
    bool got_on_ = false;
    mutable std::mutex mutex_;
    lasting_problem problem_;
    retrying_thread thread_; // last: it uses all the others
};

} // namespace sealgate::milter

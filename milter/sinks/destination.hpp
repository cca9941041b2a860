// Where a gateway's audit log is brought, as the shipper knows it: a database, or a syslog. It belongs to the shipper's thread,
// and waits there, never longer than it was told.
// Tested by e2e/test_database.py and test_syslog.py.
#pragma once

#include "milter/sinks/batch.hpp"
#include "policy/audit/chain.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>

namespace sealgate::milter {

// Whoever waits is to give up: thrown then, and caught by the thread that was told.
struct stopped {};

// What is there is of another log than this one, which only an administrator can mend.
struct another_log : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// One connection. All of it throws `stopped`, another_log, or what the way there throws, with a line for people; then nothing
// is known of what became of the last append.
class log_destination {
public:
    virtual ~log_destination() = default;

    // Where the records end that are there for sure.
    virtual policy::chain_end end() = 0;
    // Whether it takes this log where it has another one, and records behind others that are lost.
    virtual bool takes_anything() const { return false; }
    // What became of them may be known later: at the next append or look, which throw then.
    virtual void append(record_batch some) = 0;
    // The last record that is there by now.
    virtual std::uint64_t last() const = 0;
    // Now and then: what became of all that was appended, and what else belongs there. False: there is none of that now.
    virtual bool look() = 0;
    // Nothing more will be appended.
    virtual void finish() {}
};

// `stop`: a descriptor that becomes readable when it is to give up.
using destination_maker = std::function<std::unique_ptr<log_destination>(int stop)>;

} // namespace sealgate::milter

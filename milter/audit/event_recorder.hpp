// Events (policy/audit/event.hpp), and corrections of decisions, on their way into the audit log.
//
// The gateway alone writes the log. A command that changes something beside it (`sealgate keys import`) leaves its event in
// the directory state/events/, one file each, and the gateway takes it from there. So does the gateway itself with what must
// not be changed without its event, since it may be killed between the two. An event that can't be written now, since the disk
// is full, say, is kept and tried again: mail is deferred meanwhile, and the event keeps its time.
#pragma once

#include "milter/audit/log.hpp"
#include "policy/audit/key_event.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace sealgate::milter {

struct left_event {
    std::string name; // by which they are ordered, and which nothing else there has
    std::string fields;
};

// On disk when it returns. Throws std::system_error.
void leave_events(const std::filesystem::path& directory, const std::vector<left_event>& events);

// Of what becomes of certificates.
void leave_key_events(const std::filesystem::path& directory, const std::vector<policy::key_event_facts>& events);

class event_recorder {
public:
    // The log outlives it. Makes the directory, so that it can be watched.
    event_recorder(audit_log& log, std::filesystem::path directory);
    ~event_recorder(); // waits for those under way

    // In which commands leave their events.
    const std::filesystem::path& directory() const { return directory_; }

    // Any thread.
    void record(std::string fields);
    // Tries again what could not be written, and takes what commands left. Blocks on the disk. Any thread.
    void look();
    // Blocks until what was given to the log before is written, or known not to be. Any thread.
    void flush();

private:
    void append(std::string fields, const std::filesystem::path& left_in);
    void done(const unwritten& error, std::string fields, const std::filesystem::path& left_in);
    void take_left();

    audit_log& log_;
    std::filesystem::path directory_;
    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<std::string> unwritten_;
    std::set<std::filesystem::path> being_taken_;
    std::size_t under_way_ = 0;
};

} // namespace sealgate::milter

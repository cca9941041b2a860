#include "milter/audit/event_recorder.hpp"

#include "keys/base/file_batch.hpp"
#include "keys/base/files.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/journal/log.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace sealgate::milter {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view event_suffix = ".event";

// Whoever can write here can write into the log; what is not whole still must not.
bool is_event(const std::string& fields) {
    boost::system::error_code error;
    const auto value = boost::json::parse("{" + fields + "}", error);
    return !error && value.is_object() && policy::text_in(value.get_object(), "event") &&
           policy::text_in(value.get_object(), "time") && !fields.contains('\n');
}

} // namespace

void leave_events(const fs::path& directory, const std::vector<left_event>& events) {
    if (events.empty()) return;
    keys::make_private_directory(directory);
    keys::file_batch files(directory);
    for (const auto& event : events) files.put(directory / (event.name + std::string(event_suffix)), {octets(event.fields)});
    files.commit();
}

void leave_key_events(const fs::path& directory, const std::vector<policy::key_event_facts>& events) {
    std::vector<left_event> left;
    for (const auto& one : events) left.push_back({.name = rfc3339(one.time) + "-" + one.id, .fields = policy::key_event(one)});
    leave_events(directory, left);
}

event_recorder::event_recorder(audit_log& log, std::filesystem::path directory)
    : log_(log)
    , directory_(std::move(directory)) {
    keys::make_private_directory(directory_);
}

event_recorder::~event_recorder() { flush(); }

void event_recorder::flush() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return under_way_ == 0; });
}

void event_recorder::record(std::string fields) { append(std::move(fields), {}); }

void event_recorder::look() {
    std::vector<std::string> again;
    {
        const std::lock_guard lock(mutex_);
        again.swap(unwritten_);
    }
    for (auto& fields : again) append(std::move(fields), {});
    take_left();
}

void event_recorder::append(std::string fields, const fs::path& left_in) {
    {
        const std::lock_guard lock(mutex_);
        ++under_way_;
    }
    try {
        auto told = [this, fields, left_in](const unwritten& error) { done(error, fields, left_in); };
        log_.append(std::move(fields), std::move(told));
    } catch (...) { // no memory, which the gateway outlives
        const std::lock_guard lock(mutex_);
        --under_way_;
        being_taken_.erase(left_in);
        idle_.notify_all();
        throw;
    }
}

void event_recorder::done(const unwritten& error, std::string fields, const fs::path& left_in) {
    std::error_code stays;
    if (error.empty() && !left_in.empty()) fs::remove(left_in, stays);
    if (!error.empty()) log_error("event not recorded yet: " + error.text);
    const std::lock_guard lock(mutex_);
    if (!left_in.empty())
        being_taken_.erase(left_in);
    else if (!error.empty())
        unwritten_.push_back(std::move(fields));
    --under_way_;
    idle_.notify_all();
}

void event_recorder::take_left() {
    std::vector<fs::path> files;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(directory_, missing))
        if (entry.path().extension() == event_suffix) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files) {
        {
            const std::lock_guard lock(mutex_);
            if (!being_taken_.insert(file).second) continue;
        }
        try {
            auto fields = keys::read_file(file);
            if (is_event(fields)) {
                append(std::move(fields), file);
                continue;
            }
            log_warning(file.string() + " is no event; it is left alone until the next start");
        } catch (const std::system_error& problem) {
            log_error("event not recorded: " + text_of(problem));
            const std::lock_guard lock(mutex_);
            being_taken_.erase(file);
        }
    }
}

} // namespace sealgate::milter

// Where found certificates were seen: for whom, at which place, since when, and when somebody last asked there. What people
// are shown, and what is refreshed; whether a certificate is used does not depend on it, so it may be lost.
//
// A database beside the stores of what was found; the gateway and commands write it, root as their owner. Errors throw
// sqlite_error or std::system_error. Any thread.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "policy/notices/key_watch.hpp"
#include "policy/rules/vocabulary.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

class sqlite_database;
class sqlite_statement;

struct evidence {
    policy::key_source source = policy::key_source::wkd;
    std::string fingerprint;
    std::string address;   // as policy::address::key() gives it
    std::string place;     // the URL; of what a mail brought, its Message-ID and who vouches for it
    time_point first = {}; // seen
    time_point last = {};  // seen
    time_point asked = {}; // whatever the answer was
    bool operator==(const evidence&) const = default;
};

class evidence_book {
public:
    explicit evidence_book(std::filesystem::path file)
        : file_(std::move(file)) {}

    // Of what was known the first time stays. On disk when it returns.
    void note(const std::vector<evidence>& seen);
    // That somebody asked this source about the address, whatever came of it.
    void note_asked(policy::key_source source, std::string_view address_key, time_point now);

    // That this source was asked about all certificates there are.
    void note_round(policy::key_source source, time_point now);
    std::optional<time_point> last_round(policy::key_source source) const;

    // Of a certificate that is not there any more.
    void forget(policy::key_source source, std::string_view fingerprint);

    std::vector<evidence> of(std::string_view fingerprint) const;
    // Where that source has it; empty where that is not known.
    std::string place_of(policy::key_source source, std::string_view fingerprint) const;
    // In the order of time.
    std::vector<evidence> from(policy::key_source source) const;
    // Those of that source about which nobody asked since, the longest ago first, at most so many.
    std::vector<evidence> not_asked_since(policy::key_source source, time_point since, std::size_t most) const;

    // What people have to be told. What is old goes.
    void note(const std::vector<policy::key_news>& news);
    std::vector<policy::key_news> news_after(time_point since, std::size_t most) const; // the last one first

private:
    void write(const std::function<void(sqlite_database&)>& what) const;
    sqlite_database to_write() const;
    std::vector<evidence> rows(const std::string& which, const std::function<void(sqlite_statement&)>& bind) const;

    std::filesystem::path file_;
    mutable std::mutex mutex_;
};

} // namespace sealgate::keys

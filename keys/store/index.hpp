// The certificates of a store as gpg judged them, in a database that can be thrown away: it is made again of the store's files.
//
// It has each certificate, its octets, the addresses that find it and what stat(2) said of its file, so that whoever looks for
// one need not read the others, and gpg is asked about each once. An answer counts for the same judge (gpg, and whatever else
// it depends on), not before the time it was given, by a clock that was ahead, and until something in the octets begins or
// ends. Each change has a serial number, so that who saw an earlier state can tell what changed since.
//
// What is kept is what `weak` does not touch: that depends on the policy, and is whoever reads it to mark.
// Errors: sqlite_error. One object belongs to one thread at a time; several processes may use the same file.
#pragma once

#include "keys/base/sqlite.hpp"
#include "keys/certificates/lookup.hpp"
#include "policy/audit/event.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct index_state {
    std::string id;            // of this index and all that go on from it
    std::string judge;         // empty: nobody judged yet
    std::string directory;     // what stat(2) said of it; empty: it has to be looked at again
    bool complete = false;     // each file is as it was when its certificate was judged
    time_point looked_at = {}; // the last time
    std::int64_t serial = 0;
    std::size_t count = 0;
    std::string digest; // of all: fingerprint, whether disabled, SHA-256 of the octets
};

// One file of the store. An empty stamp: it has to be read again.
struct indexed_file {
    std::string fingerprint;
    std::string stamp;
    std::string digest; // SHA-256 of the octets, hex
    bool disabled = false;
    bool settled = true; // what gpg refused may be for want of memory, and is asked again at times
    time_point judged_at = {};
    time_point read_again = {};
};

class certificate_index {
public:
    // Nothing where there is none of this form, or it cannot be read; but throws where it is busy. Only read.
    static std::optional<certificate_index> open(const std::filesystem::path& file);
    // Made, private, where there is none of this form or a broken one.
    static certificate_index open_to_write(const std::filesystem::path& file);
    // Of one that may only be read, or of nothing: goes with the object.
    static certificate_index copy_of(const std::filesystem::path& file); // empty where there is none
    static certificate_index copy_of(certificate_index& other);

    index_state state();

    // With `disabled` as it is in the store. Those that were added behind the serial number `as_of` are not there.
    std::vector<stored_certificate> naming(std::string_view address_key, std::int64_t as_of);
    std::optional<stored_certificate> find(std::string_view fingerprint, std::int64_t as_of);
    void each(const std::function<void(stored_certificate)>& take);
    std::vector<stored_certificate> unsettled();
    // Those in which something ends by then.
    std::vector<certificate> ending_by(time_point end);

    void each_file(const std::function<void(const indexed_file&)>& take); // by fingerprint
    std::optional<indexed_file> file_of(std::string_view fingerprint);
    // Whether something in a file begins or ends by then.
    bool is_due(time_point now);
    // Behind the first serial number, up to the last.
    policy::certificate_changes changes_between(std::int64_t first, std::int64_t last);

    // Changes stand between these, and are made together. Readers wait for the commit, so they should be few: `most_together`.
    static constexpr std::size_t most_together = 500;
    void begin();
    void put(const stored_certificate& judged, const std::string& stamp, time_point at);
    void put_stamp(const std::string& fingerprint, const std::string& stamp);
    void set_disabled(const std::string& fingerprint, bool disabled);
    void remove(const std::string& fingerprint);
    void commit(index_state now); // serial, count and digest are the index's own to say

private:
    explicit certificate_index(sqlite_database database);

    static certificate_index made(sqlite_database database); // of this form, or still empty
    static stored_certificate row_of(sqlite_statement& found);
    static std::vector<stored_certificate> rows(sqlite_statement& asked);
    void forget_addresses(const std::string& fingerprint);
    void note_change(std::string_view fingerprint);
    std::string digest_of_all();

    sqlite_database database_;
    std::int64_t serial_ = 0;       // of the changes under way
    std::set<std::string> changed_; // the parts in which something did
};

} // namespace sealgate::keys

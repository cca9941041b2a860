// What gpg made of certificates, kept in a file beside the store, so that gpg is asked about each of them once.
//
// It says nothing that the store does not say: thrown away, it is made again. An answer counts only for the same octets, for
// the same judge (gpg, and whatever else the answers depend on), not before the time it was given, by a clock that was ahead,
// and until something in the octets begins or ends. What gpg refused is asked again: it may have been in trouble. A file that
// is broken is replaced; one that cannot be read or written is done without. Root reads it, and leaves writing to whose it is.
#pragma once

#include "keys/base/sqlite.hpp"
#include "keys/certificates/lookup.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

class judgements {
public:
    // `judge` tells one judge from another.
    judgements(std::filesystem::path file, const std::string& judge);

    // The certificate of that fingerprint, as the file with these octets was judged; nothing: it has to be asked for.
    std::optional<stored_certificate> find(const std::string& fingerprint, const std::string& octets, time_point now);

    // Takes these in as judged at that time, and forgets all that are not among `fingerprints` (sorted).
    void keep(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints, time_point at);

private:
    void open();
    std::optional<stored_certificate> found(const std::string& fingerprint, const std::string& octets, time_point now);
    bool write(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints, time_point at) const;
    void insert(sqlite_database& into, std::span<const stored_certificate> judged, time_point at) const;

    std::filesystem::path file_;
    std::string judge_;
    std::optional<sqlite_database> database_; // none: it is done without
    std::optional<sqlite_statement> look_;
};

// Takes all that are not among `fingerprints` (sorted) out of such a file, octets and all. Absent is well.
void forget_judgements_but(const std::filesystem::path& file, const std::vector<std::string>& fingerprints);

} // namespace sealgate::keys

// What gpg made of certificates, kept in a file beside the store, so that gpg is asked about each of them once.
//
// It says nothing that the store does not say: thrown away, it is made again. An answer counts only for the same octets, before
// something in them begins to count, and for the same judge: gpg, and whatever else the answers depend on. A file that is
// broken is replaced; one that cannot be read or written is done without.
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
    judgements(std::filesystem::path file, std::string judge);

    // The certificate of that fingerprint, as the file with these octets was judged; nothing: it has to be asked for.
    std::optional<stored_certificate> find(const std::string& fingerprint, const std::string& octets, time_point now);

    // Takes these in, and forgets all that are not among `fingerprints` (sorted).
    void keep(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints);

private:
    void open();
    bool write(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints) const;
    void insert(sqlite_database& into, std::span<const stored_certificate> judged) const;

    std::filesystem::path file_;
    std::string judge_;
    std::optional<sqlite_database> database_; // none: it is done without
    std::optional<sqlite_statement> look_;
};

} // namespace sealgate::keys

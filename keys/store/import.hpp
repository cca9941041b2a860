// Merges what a file brings into what the store has, by gpg; and where gpg here can't read a certificate, by its packets.
//
// gpg stops at the first thing in a file that it does not understand, or leaves it out with what stands behind it. So many
// certificates are handed to it at once only as long as it takes them all; else each half is tried by itself, until the one
// that stopped it stands alone. What was known is never lost. Throws gpg_broken where gpg can't say what it took.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "keys/gnupg/gpg.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// One certificate, and all that an import has of it.
struct import_group {
    std::string fingerprint;
    std::uint8_t version = 4;       // of its primary key
    std::string known;              // as the store has it; empty: not there, or unusable
    std::vector<std::string> fresh; // each begins with its primary key
    bool revoked_alone = false;     // a revocation that stood by itself is among them
};

struct import_result {
    std::string content; // what the store shall hold; empty: nothing, and why
    certificate cert;
    std::string problem; // with the content, if it is the known one: why the fresh one was not taken
};

// One for each group, in order.
std::vector<import_result> merge_into_known(const gpg_options& options, const std::vector<import_group>& groups,
                                            time_point now);

// Whether one of its readings has a revocation that is not in what became of it, as far as one is missing: its key did not sign
// that, or it is damaged. It is told, and revokes nothing: whoever passes a certificate on can put one in.
bool lost_revocation(const import_group& group, const certificate& merged, std::string_view content);

// Whether gpg, which listed it so, could judge the certificate at all: it knows the primary key's algorithm.
bool is_judged(const certificate& listed);

// What gpg does not know, learned by trying: of a version that it refused a few times and never took, the rest is not tried.
class unknown_versions {
public:
    bool contains(std::uint8_t version) const { return refused_[version] >= enough; }
    void note_refused(std::uint8_t version) {
        if (version != usual && !contains(version)) ++refused_[version];
    }
    void note_taken(std::uint8_t version) { refused_[version] = never; }

private:
    static constexpr std::uint8_t usual = 4;
    static constexpr int enough = 3, never = -1'000'000;

    std::array<int, 256> refused_{};
};

} // namespace sealgate::keys

// The input is what somebody hands in as the key. What is read of it are packets of the file, in their order, none twice and
// none lost; each certificate reads by itself as it did among others, armored too; and whatever takes a part of a certificate,
// or puts two readings of one together, adds nothing of its own and loses nothing that it should keep.
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/certificates/one_subkey.hpp"
#include "keys/certificates/self_signatures.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/armor.hpp"
#include "keys/openpgp/packets.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sealgate::keys;

// Each whole, in order, as far as the bytes are packets.
std::vector<std::string_view> packets_of(std::string_view bytes) {
    std::vector<std::string_view> out;
    for (const auto& one : walk_as_far_as_possible(bytes, most_certificate_packets).packets) out.push_back(one.whole);
    return out;
}

// Whether `of` is `in` with packets left out.
bool is_selection(std::string_view of, std::string_view in) {
    const auto selected = packets_of(of);
    auto next = selected.begin();
    for (const auto one : packets_of(in))
        if (next != selected.end() && *next == one) ++next;
    return next == selected.end();
}

bool holds_all_of(std::string_view in, std::string_view of) {
    auto all = packets_of(in), wanted = packets_of(of);
    std::ranges::sort(all);
    std::ranges::sort(wanted);
    wanted.erase(std::ranges::unique(wanted).begin(), wanted.end());
    return std::ranges::includes(all, wanted);
}

// Whether the file is certificates one after the other, and nothing else.
bool is_certificates_alone(std::string_view file) {
    using enum packet_type;
    const auto walked = walk_packets(file, most_certificate_packets);
    return walked && !walked->empty() && walked->front().type == public_key &&
           std::ranges::all_of(*walked, [](const packet& p) {
               return p.type == public_key || p.type == public_subkey || p.type == user_id || p.type == user_attribute ||
                      p.type == signature;
           });
}

void check_whole(std::string_view file, const key_file& read) {
    std::string taken;
    for (const auto& one : read.certificates) taken += one.binary;
    require(is_selection(taken, file));
    if (is_certificates_alone(file)) require(taken == file && read.problems.empty() && read.revocations.empty());
}

void check_split(std::string_view file) {
    const auto pieces = split_certificates(file);
    if (!pieces || pieces->empty()) return;
    std::string_view rest = file.substr(static_cast<std::size_t>(pieces->front().data() - file.data()));
    for (const auto piece : *pieces) {
        require(piece.data() == rest.data() && rest.starts_with(piece));
        rest.remove_prefix(piece.size());
    }
    require(rest.empty());
}

void check_reads_alone(const certificate_piece& piece, const std::string& file) {
    const auto read = read_key_file(file);
    require(read && read->problems.empty() && read->revocations.empty() && read->certificates.size() == 1);
    const auto& again = read->certificates.front();
    require(again.binary == piece.binary && again.fingerprint == piece.fingerprint && again.version == piece.version);
}

void check_subkeys(const std::string& binary, const certificate& own) {
    for (const auto& key : own.subkeys) {
        require(key.key_id.size() == 16 && key.key_id == key_id_of(key.fingerprint));
        const auto cut = with_one_subkey(binary, key.fingerprint);
        require(is_selection(cut, binary) && problem_with_stored(cut).empty());
        const auto left = read_unproved_certificate(cut);
        require(left && left->fingerprint == own.fingerprint);
        require(std::ranges::all_of(left->subkeys.begin() + 1, left->subkeys.end(),
                                    [&](const subkey& one) { return one.fingerprint == key.fingerprint; }));
        require(std::ranges::find(left->subkeys, key.fingerprint, &subkey::fingerprint) != left->subkeys.end());
        const auto merged = merge_unproved(cut, binary);
        require(holds_all_of(merged, binary) && holds_all_of(binary, merged));
        require(merge_unproved(merged, binary) == merged && merge_unproved(merged, cut) == merged);
    }
}

// What is left of one address names no other.
void check_addresses(const std::string& binary, const certificate& own) {
    require(with_one_address(binary, "nobody@nowhere.test").empty() ||
            std::ranges::find(own.addresses, "nobody@nowhere.test") != own.addresses.end());
    for (const auto& address : own.addresses) {
        const auto cut = with_one_address(binary, address);
        if (cut.empty()) continue; // no signature of its own claims it
        require(is_selection(cut, binary) && with_one_address(cut, address) == cut);
        const auto left = read_unproved_certificate(cut);
        require(left && left->fingerprint == own.fingerprint);
        require(std::ranges::all_of(left->addresses, [&](const auto& one) { return one == address; }));
        require(update_of(cut, cut, {address}).empty());
    }
    require(update_of(binary, binary, own.addresses).empty());
    const auto primary = primary_key_of(binary); // what a server sends that has more than we do
    const auto update = update_of(primary, binary, own.addresses);
    require(update.empty() || is_selection(update, binary));
}

void check(const certificate_piece& piece) {
    check_reads_alone(piece, piece.binary);
    check_reads_alone(piece, armor_message(piece.binary));
    require(problem_with_stored(piece.binary).empty() && version_of(piece.binary) == piece.version);

    const auto bare = without_foreign_signatures(piece.binary);
    require(is_selection(bare, piece.binary) && without_foreign_signatures(bare) == bare);
    for (const auto& id : read_self_signatures(piece.binary).user_ids) require(piece.binary.contains(id.text));

    const auto own = read_unproved_certificate(piece.binary);
    require(own.has_value() == !piece.fingerprint.empty());
    if (!own) return;
    require(own->fingerprint == piece.fingerprint && own->addressing_only && !own->subkeys.empty());
    check_subkeys(piece.binary, *own);
    check_addresses(piece.binary, *own);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    check_split(file);
    const auto read = read_key_file(file);
    if (!read) {
        require(!read.error().empty());
        return 0;
    }
    require(!read->certificates.empty() || !read->revocations.empty());
    for (const auto& problem : read->problems) require(!problem.empty() && !problem.contains('\n'));
    if (!packets_of(file).empty() && !file.contains("-----BEGIN PGP")) check_whole(file, *read);
    for (const auto& piece : read->certificates) check(piece);
    return 0;
}

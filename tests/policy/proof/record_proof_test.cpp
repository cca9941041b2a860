// One record, proved without the log; and what proves nothing.
#include "policy/audit/chain.hpp"
#include "policy/proof/record_proof.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;

const ed25519_key ours(std::array<unsigned char, 32>{1}), other(std::array<unsigned char, 32>{2});
const std::vector known{ours.public_key()};
constexpr std::string_view origin = "mx1.example.org/sealgate";

struct small_log {
    std::vector<std::string> lines;
    std::vector<tree_hash> store;
    growing_tree tree;

    explicit small_log(std::size_t records) {
        chain_end end;
        for (std::size_t i = 0; i < records; ++i) {
            lines.push_back(chain(end, "\"id\":\"" + std::to_string(i) + "\""));
            const auto made = tree.add(leaf_hash(lines.back()));
            store.insert(store.end(), made.begin(), made.end());
        }
    }

    record_proof of(std::uint64_t index, const ed25519_key& key = ours, std::string_view name = origin) const {
        const tree_head head{.origin = std::string(origin), .leaves = tree.leaves(), .root = tree.root()};
        return {.record = lines[index],
                .index = index,
                .path = inclusion_path(index, tree.leaves(), [&](std::uint64_t at) { return store.at(at); }),
                .note = sign_note(to_text(head), name, key)};
    }
};

TEST(RecordProof, EveryRecordIsProvedAlone) {
    for (const std::size_t records : {1u, 2u, 7u, 64u, 100u}) {
        const small_log log(records);
        for (std::size_t i = 0; i < records; ++i) {
            const auto proved = check_record_proof(to_text(log.of(i)), known);
            ASSERT_TRUE(proved) << proved.error();
            EXPECT_EQ(proved->record, log.lines[i]);
            EXPECT_EQ(proved->index, i);
            EXPECT_EQ(proved->head.origin, origin);
            EXPECT_EQ(proved->head.leaves, records);
        }
    }
}

TEST(RecordProof, ItsFirstLineIsThatOfTheSpecification) {
    EXPECT_THAT(to_text(small_log(3).of(1)), testing::StartsWith("c2sp.org/tlog-proof@v1\nextra "));
}

TEST(RecordProof, EveryChangedOctetIsFound) {
    const auto proof = to_text(small_log(21).of(13));
    for (std::size_t i = 0; i < proof.size(); ++i) {
        auto changed = proof;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(check_record_proof(changed, known)) << i;
        EXPECT_FALSE(check_record_proof(proof.substr(0, i), known)) << i;
    }
    EXPECT_FALSE(check_record_proof(proof + "\n", known));
    EXPECT_FALSE(check_record_proof(proof + proof, known));
}

TEST(RecordProof, AnotherRecordPlaceKeyOrNameIsNoProof) {
    const small_log log(21);
    auto proof = log.of(13);
    proof.record = log.lines[12];
    EXPECT_THAT(check_record_proof(to_text(proof), known).error(), HasSubstr("not the one that was signed"));
    proof = log.of(13);
    proof.index = 12;
    EXPECT_FALSE(check_record_proof(to_text(proof), known));
    proof.index = 21;
    EXPECT_FALSE(check_record_proof(to_text(proof), known));
    EXPECT_THAT(check_record_proof(to_text(log.of(13, other)), known).error(), HasSubstr("not signed by the key"));
    EXPECT_THAT(check_record_proof(to_text(log.of(13, ours, "mx2.example.org/sealgate")), known).error(),
                HasSubstr("another name"));
    EXPECT_FALSE(check_record_proof("", known));
}

// What was signed as a leaf and is no record of a log proves nothing about one.
TEST(RecordProof, ALeafThatIsNoRecordIsRefused) {
    growing_tree tree;
    const auto store = tree.add(leaf_hash("a note"));
    const tree_head head{.origin = std::string(origin), .leaves = 1, .root = tree.root()};
    const record_proof proof{.record = "a note", .index = 0, .path = {}, .note = sign_note(to_text(head), origin, ours)};
    EXPECT_THAT(check_record_proof(to_text(proof), known).error(), HasSubstr("its record"));
}

} // namespace
} // namespace sealgate::policy

// The chain and the checkpoints prove a log, or name its first flaw.
#include "policy/proof/log_proof.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;

std::string fields_of(std::uint64_t number) { return "\"id\":\"" + std::to_string(number) + "\""; }

struct log {
    std::vector<std::string> lines;
    std::vector<chain_end> ends; // after each line

    // Records from `first` on, counted from 1, as somebody writes them who can compute SHA-256.
    void write_anew(std::size_t first, std::string_view mark) {
        auto end = first == 1 ? chain_end{} : ends[first - 2];
        for (auto i = first - 1; i < lines.size(); ++i) lines[i] = chain(end, fields_of(i) + std::string(mark));
    }
};

log log_of(std::size_t records) {
    log out;
    chain_end end;
    for (std::size_t i = 0; i < records; ++i) {
        out.lines.push_back(chain(end, fields_of(i)));
        out.ends.push_back(end);
    }
    return out;
}

std::vector<checkpoint> signed_each(const log& of, std::size_t step) {
    std::vector<checkpoint> out;
    for (auto i = step; i <= of.ends.size(); i += step) out.push_back({.time = {}, .end = of.ends[i - 1]});
    return out;
}

log_proof proof_of(const std::vector<std::string>& lines, std::vector<checkpoint> known = {}, std::uint64_t first = 1) {
    log_proof out(std::move(known), first);
    for (const auto& line : lines) out.follow(line);
    out.finish();
    return out;
}

std::uint64_t flawed(const log_proof& proof) { return proof.first_flaw() ? proof.first_flaw()->record : 0; }

TEST(Proof, WholeLogIsWholeAndSignedAsFarAsTheLastCheckpoint) {
    const auto log = log_of(25);
    const auto proof = proof_of(log.lines, signed_each(log, 10));
    EXPECT_EQ(proof.first_flaw(), std::nullopt);
    EXPECT_EQ(proof.end(), log.ends.back());
    ASSERT_TRUE(proof.last_signed());
    EXPECT_EQ(proof.last_signed()->end.last_seq, 20u);
    EXPECT_FALSE(proof_of(log.lines).last_signed());
}

TEST(Proof, LogWhoseBeginningIsKeptElsewhereIsProvedFromThere) {
    auto log = log_of(25);
    const auto known = signed_each(log, 10);
    const std::vector rest(log.lines.begin() + 10, log.lines.end());
    EXPECT_EQ(flawed(proof_of(rest, known)), 1u) << "nobody said that records are missing";
    EXPECT_EQ(flawed(proof_of(rest, known, 11)), 0u);
    EXPECT_EQ(flawed(proof_of(rest, known, 12)), 11u) << "it begins earlier than was said";
    EXPECT_EQ(proof_of(rest, known, 9).first_flaw()->text,
              "records 9 to 10 of the log: removed or moved from before record 11");
    log.write_anew(3, ",\"x\":1");
    const std::vector forged(log.lines.begin() + 10, log.lines.end());
    EXPECT_EQ(flawed(proof_of(forged, known, 11)), 11u) << "it follows records that were not signed";
    EXPECT_EQ(flawed(proof_of(forged, {}, 11)), 0u) << "the chain alone cannot tell";
}

TEST(Proof, CutTailIsFoundAsFarAsItWasSigned) {
    auto log = log_of(25);
    const auto known = signed_each(log, 10);
    log.lines.resize(20);
    EXPECT_EQ(flawed(proof_of(log.lines, known)), 0u);
    log.lines.resize(18);
    const auto proof = proof_of(log.lines, known);
    EXPECT_EQ(flawed(proof), 19u);
    EXPECT_THAT(proof.first_flaw()->text, HasSubstr("records 19 to 20 cut off"));
    EXPECT_THAT(proof.first_flaw()->text, HasSubstr("records 11 to 18 before it cannot be proved"));
    EXPECT_EQ(flawed(proof_of({}, known)), 1u);
}

TEST(Proof, LogWrittenAnewIsFoundWhereItWasSigned) {
    auto log = log_of(25);
    const auto known = signed_each(log, 10);
    log.write_anew(14, ",\"x\":1");
    EXPECT_EQ(flawed(proof_of(log.lines)), 0u) << "the chain alone cannot tell";
    const auto proof = proof_of(log.lines, known);
    EXPECT_EQ(flawed(proof), 11u);
    EXPECT_THAT(proof.first_flaw()->text, HasSubstr("records 11 to 20"));
}

// Ways to tamper with the record of this number, from 1; each returns the record to be named.
using tampering = std::uint64_t (*)(log&, std::size_t);
const std::pair<const char*, tampering> tamperings[] = {
    {"an octet changed",
     [](log& in, std::size_t n) {
         in.lines[n - 1][in.lines[n - 1].size() / 2] ^= 1;
         return std::uint64_t{n};
     }},
    {"removed",
     [](log& in, std::size_t n) {
         in.lines.erase(in.lines.begin() + static_cast<std::ptrdiff_t>(n) - 1);
         return std::uint64_t{n};
     }},
    {"repeated",
     [](log& in, std::size_t n) {
         in.lines.insert(in.lines.begin() + static_cast<std::ptrdiff_t>(n), std::string(in.lines[n - 1]));
         return std::uint64_t{n};
     }},
    {"swapped with the next",
     [](log& in, std::size_t n) {
         std::swap(in.lines[n - 1], in.lines[n]);
         return std::uint64_t{n};
     }},
    {"replaced by a forged one",
     [](log& in, std::size_t n) {
         auto end = n == 1 ? chain_end{} : in.ends[n - 2];
         in.lines[n - 1] = chain(end, "\"id\":\"forged\"");
         return std::uint64_t{n};
     }},
    {"a forged one inserted before",
     [](log& in, std::size_t n) {
         auto end = n == 1 ? chain_end{} : in.ends[n - 2];
         in.lines.insert(in.lines.begin() + static_cast<std::ptrdiff_t>(n) - 1, chain(end, "\"id\":\"forged\""));
         return std::uint64_t{n};
     }},
    {"cut short",
     [](log& in, std::size_t n) {
         in.lines[n - 1].resize(in.lines[n - 1].size() / 2);
         return std::uint64_t{n};
     }},
    {"an earlier one again",
     [](log& in, std::size_t n) {
         in.lines.insert(in.lines.begin() + static_cast<std::ptrdiff_t>(n), std::string(in.lines[0]));
         return std::uint64_t{1};
     }},
};

class ProofOfTampering : public testing::TestWithParam<std::size_t> {}; // records between two checkpoints; 0: there are none

TEST_P(ProofOfTampering, NamesTheRecordThatWasTamperedWith) {
    std::mt19937 random(1);
    const auto whole = log_of(40);
    const auto known = GetParam() == 0 ? std::vector<checkpoint>{} : signed_each(whole, GetParam());
    ASSERT_EQ(proof_of(whole.lines, known).first_flaw(), std::nullopt);
    for (int i = 0; i < 4000; ++i) {
        const auto& [what, tamper] = tamperings[random() % std::size(tamperings)];
        auto log = whole;
        const auto place = 1 + random() % (log.lines.size() - 1); // one that has a next one
        const auto record = tamper(log, place);
        const auto proof = proof_of(log.lines, known);
        ASSERT_EQ(flawed(proof), record) << what << " at " << place;
        ASSERT_THAT(proof.first_flaw()->text, HasSubstr(std::to_string(record))) << what;
    }
}

INSTANTIATE_TEST_SUITE_P(, ProofOfTampering, testing::Values(0, 1, 7, 10));

TEST(Proof, CutOrWrittenAnewAnywhereIsFoundAsFarAsItWasSigned) {
    const auto whole = log_of(40);
    const auto known = signed_each(whole, 7);
    for (std::size_t place = 1; place <= 40; ++place) {
        auto cut = whole;
        cut.lines.resize(place - 1);
        EXPECT_EQ(flawed(proof_of(cut.lines, known)), place <= 35 ? place : 0) << place;
        auto forged = whole;
        forged.write_anew(place, ",\"x\":1");
        EXPECT_EQ(flawed(proof_of(forged.lines, known)), place <= 35 ? (place - 1) / 7 * 7 + 1 : 0) << place;
    }
}

// The tree as the gateway signs it, over the records from `first` to each step.
std::vector<checkpoint> with_trees(const log& of, std::vector<checkpoint> known, std::uint64_t first = 1) {
    for (auto& one : known) {
        if (one.end.last_seq < first) continue;
        growing_tree tree;
        for (auto i = first; i <= one.end.last_seq; ++i) tree.add(leaf_hash(of.lines[i - 1]));
        one.tree =
            record_tree{.first = first, .head = {.origin = "mx1/sealgate", .leaves = tree.leaves(), .root = tree.root()}};
    }
    return known;
}

TEST(Proof, TreesThatWereSignedAreGrownAgain) {
    const auto log = log_of(25);
    for (const std::uint64_t first : {1u, 7u, 20u}) {
        auto known = with_trees(log, signed_each(log, 5), first);
        EXPECT_EQ(flawed(proof_of(log.lines, known)), 0u);
        known.back().tree->head.root[0] ^= 1;
        const auto proof = proof_of(log.lines, known);
        EXPECT_EQ(flawed(proof), 0u) << "its records are as they were signed";
        EXPECT_EQ(proof.last_signed()->end.last_seq, 25u);
        ASSERT_EQ(proof.tree_problems().size(), 1u);
        EXPECT_THAT(proof.tree_problems()[0].text, HasSubstr("is not the one that was signed"));
        EXPECT_TRUE(proof.tree_problems()[0].is_certain);
    }
    auto known = with_trees(log, signed_each(log, 5));
    known[2].tree->head.leaves = 14;
    EXPECT_EQ(proof_of(log.lines, known).tree_problems().size(), 1u);
}

// The records before are kept elsewhere, or were pruned: their hashes may be at hand, or not.
TEST(Proof, TreesOfALogWhoseBeginningIsGoneAreHeldWhereTheyAreKnown) {
    const auto log = log_of(25);
    auto known = with_trees(log, signed_each(log, 10));
    const std::vector rest(log.lines.begin() + 10, log.lines.end());
    const auto before = [&](std::uint64_t first, std::uint64_t record) -> std::optional<growing_tree> {
        growing_tree tree;
        for (auto i = first; i < record; ++i) tree.add(leaf_hash(log.lines[i - 1]));
        return tree;
    };
    const auto proved = [&](const tree_before& trees) {
        log_proof out(known, 11, {}, trees);
        for (const auto& line : rest) out.follow(line);
        out.finish();
        EXPECT_EQ(flawed(out), 0u);
        return out.tree_problems();
    };
    EXPECT_TRUE(proved(before).empty());
    EXPECT_TRUE(proved({}).empty());
    known.back().tree->head.root[5] ^= 1;
    ASSERT_EQ(proved(before).size(), 1u);
    EXPECT_FALSE(proved(before)[0].is_certain) << "the hashes at hand may be wrong";
    EXPECT_TRUE(proved({}).empty()) << "nothing to hold it against";
}

} // namespace
} // namespace sealgate::policy

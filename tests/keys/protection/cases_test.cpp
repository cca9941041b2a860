// The table of cases in tests/cases: for each, what is said about the mail, and to whom it is encrypted.
#include "keys/base/files.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/gnupg/gpg.hpp"
#include "keys/protection/addressing.hpp"
#include "keys/protection/inspect.hpp"
#include "policy/mail/address.hpp"
#include "tests/keys/support/case_file.hpp"
#include "tests/keys/support/key_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::keys {
namespace {

using policy::addressed;
using test::read_case;

const std::filesystem::path directory = SEALGATE_CASES;
constexpr std::size_t fewest_cases = 120; // the table is whole

// What the store would know: every certificate of the directory that GnuPG 2.2 can read. It would leave out
// those behind one of a newer version.
std::string certificates() {
    std::string out;
    for (const auto& entry : std::filesystem::directory_iterator(directory / "certificates")) {
        const auto file = read_key_file(read_file(entry.path()));
        EXPECT_TRUE(file) << entry.path();
        for (const auto& piece : file.value_or(key_file{}).certificates)
            if (piece.version == 4) out += piece.binary;
    }
    return out;
}

const key_index& known_keys() {
    static const auto index = [] {
        const temporary_directory scratch(std::filesystem::temp_directory_path());
        gpg program({.scratch = scratch.path()});
        std::vector<stored_certificate> all;
        for (auto& cert : program.list(certificates())) all.push_back({.cert = std::move(cert)});
        EXPECT_GE(all.size(), 8u);
        return key_index(std::move(all));
    }();
    return index;
}

std::string name_of_case(const testing::TestParamInfo<std::filesystem::path>& one) {
    auto name = one.param.parent_path().filename().string() + "__" + one.param.stem().string();
    std::ranges::replace(name, '-', '_');
    return name;
}

class Cases : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Cases, AreJudgedAsTheySay) {
    const auto wanted = read_case(read_file(GetParam()));
    ASSERT_TRUE(wanted) << GetParam() << ": " << wanted.error();
    const auto seen = inspect(wanted->mail);
    EXPECT_EQ(policy::name_of(seen.kind), policy::name_of(wanted->protection)) << seen.why << "\n\n"
                                                                               << wanted->about << GetParam().string();
    EXPECT_THAT(seen.why, testing::HasSubstr(wanted->why));
    std::vector<std::string> key_ids;
    std::size_t passphrases = 0;
    for (const auto& message : seen.messages) {
        for (const auto& named : message.readers) key_ids.push_back(named.key_id);
        passphrases += message.passphrases;
    }
    EXPECT_EQ(key_ids, wanted->key_ids.value_or(key_ids));
    EXPECT_EQ(passphrases, wanted->passphrases.value_or(passphrases));
    for (const auto& [address, answer] : wanted->to) {
        const auto said = readership(seen).addressed_to(known_keys(), policy::parse_address(address).key(), {});
        EXPECT_EQ(test::word_for(said), test::word_for(answer)) << address << "\n\n" << wanted->about << GetParam().string();
    }
}

INSTANTIATE_TEST_SUITE_P(Mail, Cases, testing::ValuesIn(test::case_files(directory)), name_of_case);

TEST(CaseFiles, AreAllThere) { EXPECT_GE(test::case_files(directory).size(), fewest_cases); }

TEST(CaseFiles, ArePlainText) {
    for (const auto& file : test::case_files(directory)) {
        const auto text = read_file(file);
        EXPECT_FALSE(text.contains('\r') || text.contains('\0') || text.contains(" \n")) << file;
        EXPECT_TRUE(text.ends_with('\n')) << file;
    }
}

TEST(CaseFiles, ThatAreNotUnderstoodFail) {
    const std::string good = "protection: none\nmade by: hand\n\nA letter.\n---\nSubject: x\n\nhello\n";
    ASSERT_TRUE(read_case(good)) << read_case(good).error();
    const auto with = [&](const std::string& line) { return read_case(line + "\n" + good); };
    EXPECT_TRUE(with("to: bob@example.net no"));
    EXPECT_FALSE(with("protecton: none"));
    EXPECT_FALSE(with("protection: none")) << "twice";
    EXPECT_FALSE(with("to: bob@example.net maybe"));
    EXPECT_FALSE(with("to: bob@example.net"));
    EXPECT_FALSE(with("passphrases: one"));
    EXPECT_FALSE(with("words"));
    EXPECT_FALSE(read_case(good.substr(good.find("made by")))) << "no protection";
    EXPECT_FALSE(read_case("protection: nonsense" + good.substr(good.find('\n'))));
    EXPECT_FALSE(read_case("protection: none\n\nA letter.\n---\nSubject: x\n\nhello\n")) << "made by whom";
    EXPECT_FALSE(read_case("protection: none\nmade by: hand\n\n---\nSubject: x\n\nhello\n")) << "what is it";
    EXPECT_FALSE(read_case("protection: none\nmade by: hand\n\nA letter.\nSubject: x\n\nhello\n")) << "no mail";
    EXPECT_FALSE(read_case("protection: none\nmade by: hand\n\nA letter.\n---\n")) << "no mail";
}

TEST(CaseFiles, SpellOctetsThatCannotStandInText) {
    const auto read = read_case("protection: none\nmade by: hand\nescapes: yes\n\nOctets.\n---\nSubject: x\n\n"
                                "a\\x00\\xFF\\\\b\\\nc\\\n");
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->mail.body, std::string("a\0\xFF\\bc", 6));
    EXPECT_FALSE(read_case("protection: none\nmade by: hand\nescapes: yes\n\nOctets.\n---\nSubject: x\n\na\\n\n"));
}

} // namespace
} // namespace sealgate::keys

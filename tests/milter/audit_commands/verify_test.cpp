// What audit verify says in words, and its exit status.
#include "keys/base/files.hpp"
#include "milter/audit_commands/verify.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/key_event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <vector>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class AuditVerify : public testing::Test {
protected:
    // A record for each, which names a key of its own.
    std::string log_of_keys(unsigned char count) const {
        policy::chain_end end;
        std::ofstream out(directory / "log");
        for (unsigned char i = 1; i <= count; ++i)
            out << policy::chain(end, policy::signing_key_event({}, ed25519_key({i}).public_key())) << '\n';
        return (directory / "log").string();
    }

    // What it prints, and what it complains of.
    int verify(const std::vector<std::string_view>& arguments, const std::vector<std::string>& logs) {
        constexpr option_spec known[] = {{"--checkpoint", takes::values}, {"--key", takes::values}};
        const auto called = parse_arguments(arguments, known).value();
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        int status = exit_unusable;
        try {
            status = verify_log(called, {}, logs);
        } catch (const std::exception& broken) { // as the program does; what was captured must come back
            complain(broken.what());
        }
        printed = testing::internal::GetCapturedStdout();
        complained = testing::internal::GetCapturedStderr();
        return status;
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path();
    std::string printed, complained;
};

TEST_F(AuditVerify, FewKeysAreListedAndOfManyTheFirstAndTheLast) {
    ASSERT_EQ(verify({}, {log_of_keys(6)}), exit_yes);
    for (const auto* line : {"key from record 1: ", "key from record 5: ", "key from record 6: "})
        EXPECT_THAT(printed, HasSubstr(line));
    EXPECT_THAT(printed, Not(HasSubstr("more;")));
    ASSERT_EQ(verify({}, {log_of_keys(200)}), exit_yes);
    EXPECT_THAT(printed, AllOf(HasSubstr("key from record 5: "), HasSubstr("  and 194 more; the key changed 199 times"),
                               HasSubstr("key from record 200: "), Not(HasSubstr("key from record 6: "))));
}

TEST_F(AuditVerify, WordsThatCanBeNoFileAreToldAsThat) {
    const auto log = log_of_keys(1);
    const std::string endless(5000, 'x');
    EXPECT_EQ(verify({"--key", endless}, {log}), exit_unusable);
    EXPECT_THAT(complained, EndsWith("is no Ed25519 public key, and no file with one\n"));
}

} // namespace
} // namespace sealgate::milter

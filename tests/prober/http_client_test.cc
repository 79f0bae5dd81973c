// The network part is tried by the system tests; here is what needs no server.
#include "prober/http_client.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <tuple>
#include <utility>

namespace failover {
namespace {

using namespace std::chrono_literals;

class HttpClientTest : public testing::Test {
 protected:
  std::vector<HttpAnswer> GetTwice(const std::string& url) {
    std::vector<HttpAnswer> answers;
    EventLoop loop;
    HttpClient client(loop, {.peer = peer_, .timeout = 5s}, [&] {
      ++turns_;
      if (answers.size() == 2) loop.Stop();
    });
    for (int i = 0; i < 2; ++i) {
      client.Get(url, "token", [&](HttpAnswer a) { answers.push_back(std::move(a)); });
    }
    EXPECT_TRUE(answers.empty()) << "answers come from the loop";
    loop.Run();
    return answers;
  }
  HttpSettings::Peer peer_ = HttpSettings::Peer::kApi;
  int turns_ = 0;
};

TEST_F(HttpClientTest, AClosedPortIsNoConnection) {
  for (const HttpAnswer& answer : GetTwice("https://127.0.0.1:1/")) {
    EXPECT_EQ(answer.transport, Transport::kConnect);
    EXPECT_EQ(answer.status, 0);
  }
  EXPECT_GE(turns_, 1);
}

TEST_F(HttpClientTest, OnlyHttpsIsSpoken) {
  for (const char* url : {"http://127.0.0.1:1/", "file:///etc/passwd", "ftp://127.0.0.1:1/"}) {
    for (const HttpAnswer& answer : GetTwice(url)) {
      EXPECT_EQ(answer.transport, Transport::kInternal) << url;
      EXPECT_TRUE(answer.body.empty()) << url;
    }
  }
}

TEST_F(HttpClientTest, OfThisHostNothingButPlainHttpToTheLoopbackIsAsked) {
  peer_ = HttpSettings::Peer::kThisHost;
  // 192.0.2.1 is nobody's; a proxy would be asked at an address that is not this host's either.
  setenv("http_proxy", "http://192.0.2.1:1", 1);
  for (const char* url :
      {"http://127.0.0.1:1/", "http://127.9.9.9:1/", "http://[::1]:1/", "http://192.0.2.1:1/",
          "http://0.0.0.0:1/", "http://[2001:db8::1]:1/", "http://[::ffff:7f00:1]:1/"}) {
    for (const HttpAnswer& answer : GetTwice(url)) {
      EXPECT_EQ(answer.transport, Transport::kConnect) << url;
      EXPECT_LT(answer.elapsed, 2s) << url << ": no packet leaves";
    }
  }
  for (const char* url : {"https://127.0.0.1:1/", "file:///etc/passwd", "ftp://127.0.0.1:1/"}) {
    for (const HttpAnswer& answer : GetTwice(url)) EXPECT_EQ(answer.transport, Transport::kInternal) << url;
  }
  unsetenv("http_proxy");
}

TEST_F(HttpClientTest, DestructionCancelsWhatIsUnderWay) {
  EventLoop loop;
  int answers = 0;
  {
    HttpClient client(loop, {.ca_file = "", .timeout = 60s}, [] {});
    client.Get("https://127.0.0.1:1/", "token", [&](const HttpAnswer&) { ++answers; });
  }
  EXPECT_EQ(answers, 0);
}

TEST(CurlCode, EachHasItsMeaning) {
  const std::pair<int, Transport> cases[] = {
      {CURLE_OK, Transport::kAnswered},
      {CURLE_OPERATION_TIMEDOUT, Transport::kTimeout},
      {CURLE_COULDNT_CONNECT, Transport::kConnect},
      {CURLE_COULDNT_RESOLVE_HOST, Transport::kDns},
      {CURLE_PEER_FAILED_VERIFICATION, Transport::kTls},
      {CURLE_SSL_CONNECT_ERROR, Transport::kTls},
      {CURLE_SSL_CACERT_BADFILE, Transport::kTls},
      {CURLE_PARTIAL_FILE, Transport::kInterrupted},
      {CURLE_GOT_NOTHING, Transport::kInterrupted},
      {CURLE_RECV_ERROR, Transport::kInterrupted},
      {CURLE_HTTP2_STREAM, Transport::kInterrupted},
      {CURLE_BAD_CONTENT_ENCODING, Transport::kInterrupted},
      {CURLE_FILESIZE_EXCEEDED, Transport::kTooLarge},
      {CURLE_OUT_OF_MEMORY, Transport::kTooLarge},
      {CURLE_UNSUPPORTED_PROTOCOL, Transport::kInterrupted},
      {CURLE_ABORTED_BY_CALLBACK, Transport::kInterrupted},
  };
  for (const auto& [code, transport] : cases) {
    EXPECT_EQ(TransportOf(code, Reached::kSent), transport) << code;
  }
}

TEST(CurlCode, WhatWentWrongDependsOnHowFarTheRequestCame) {
  const std::tuple<int, Reached, Transport> cases[] = {
      {CURLE_OPERATION_TIMEDOUT, Reached::kNothing, Transport::kDns},
      {CURLE_OPERATION_TIMEDOUT, Reached::kAddress, Transport::kConnect},
      {CURLE_OPERATION_TIMEDOUT, Reached::kPeer, Transport::kTimeout},
      {CURLE_OUT_OF_MEMORY, Reached::kNothing, Transport::kInternal},
      {CURLE_OUT_OF_MEMORY, Reached::kPeer, Transport::kInternal},
      {CURLE_UNSUPPORTED_PROTOCOL, Reached::kNothing, Transport::kInternal},
  };
  for (const auto& [code, reached, transport] : cases) {
    EXPECT_EQ(TransportOf(code, reached), transport) << code << " " << static_cast<int>(reached);
  }
}

}  // namespace
}  // namespace failover

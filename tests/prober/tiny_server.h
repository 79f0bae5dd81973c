// An HTTP server on the loopback for the tests, in the test's own loop: one answer for all requests
// of a connection, and a record of what was asked.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <list>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "common/unique_fd.h"

namespace failover {

class TinyServer {
 public:
  // `answer`: the bytes that follow each request; empty: silence.
  TinyServer(EventLoop& loop, std::string answer) : loop_(loop), answer_(std::move(answer)) {
    listener_ = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(listen(listener_.get(), 16), 0);
    port_ = ntohs(address.sin_port);
    accept_.emplace(loop_, listener_.get(), EV_READ, [this](short) { Accept(); });
  }

  static std::string Ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/ready"; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void SetAnswer(std::string answer) { answer_ = std::move(answer); }
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  struct Client {
    UniqueFd fd;
    std::optional<FdWatch> readable;
  };

  void Accept() {
    Client& client = clients_.emplace_back();
    client.fd = UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    client.readable.emplace(loop_, client.fd.get(), EV_READ, [this, &client](short) {
      std::array<char, 4096> buffer{};
      const ssize_t size = read(client.fd.get(), buffer.data(), buffer.size());
      if (size <= 0) return client.readable.reset();
      requests_.emplace_back(buffer.data(), static_cast<std::size_t>(size));
      // More than the socket takes is lost, which no test minds.
      if (!answer_.empty()) {
        EXPECT_GT(send(client.fd.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL), 0);
      }
    });
  }

  EventLoop& loop_;
  std::string answer_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::vector<std::string> requests_;
  std::list<Client> clients_;
  std::optional<FdWatch> accept_;
};

}  // namespace failover

"""A mail program: hands in mails at port 25 of localhost, and says as JSON what it was told. A mail that is put off is tried again.

    client.py < '{"mails": [{"id", "to": [...], "subject"}...], "domain", "patience": seconds, "pause": seconds}'
"""

import json
import smtplib
import sys
import time


def try_once(mail, domain):
    recipients = ", ".join(mail["to"])
    text = (f"From: ann@{domain}\r\nTo: {recipients}\r\nSubject: {mail['subject']}\r\nMessage-ID: <{mail['id']}@{domain}>\r\n"
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\n\r\nThe offer is 4.2 million. [{mail['id']}]\r\n")
    with smtplib.SMTP("127.0.0.1", 25, local_hostname="client.example", timeout=60) as smtp:
        smtp.ehlo()
        for command in [f"MAIL FROM:<ann@{domain}>", *[f"RCPT TO:<{one}>" for one in mail["to"]]]:
            code, said = smtp.docmd(command)
            if code >= 400:
                return code, said.decode()
        code, said = smtp.data(text)
        return code, said.decode()


def hand_in(mail, domain, patience):
    end = time.monotonic() + patience
    tries = 0
    while True:
        tries += 1
        try:
            code, said = try_once(mail, domain)
        except (OSError, smtplib.SMTPException) as problem:
            code, said = 0, str(problem)
        if 200 <= code < 300 or code >= 500 or time.monotonic() > end:
            return {"id": mail["id"], "code": code, "said": said, "tries": tries}
        time.sleep(0.3)


def main():
    asked = json.load(sys.stdin)
    told = []
    for mail in asked["mails"]:
        told.append(hand_in(mail, asked["domain"], asked.get("patience", 0)))
        time.sleep(asked.get("pause", 0))
    json.dump(told, sys.stdout)


main()

"""Generate tokens in the forms of vendors, each put together from parts so that no file holds anything alike."""

import base64
import string

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"


class Vendors:
    """Add the vendors' tokens to a source of values, which has r and chars()."""

    def vendor(self, prefix, alphabet, n):
        """Return a prefix with n characters after it."""
        return prefix + self.chars(alphabet, n)

    def aws_key_id(self):
        """Return the identifier of an AWS key, which is no secret by itself."""
        return self.vendor("AK" + "IA", string.ascii_uppercase + "234567", 16)

    def aws_secret(self):
        """Return the secret half of an AWS key."""
        return self.chars(ALNUM + "/+", 39) + self.chars(ALNUM, 1)

    def aws_session(self):
        """Return the session token of temporary AWS keys."""
        return "IQoJb3JpZ2luX2Vj" + self.chars(ALNUM + "/+", 300) + "=="

    def github(self):
        """Return a GitHub token of a classic sort."""
        return self.vendor(self.r.choice(["gh" + "p_", "gh" + "o_", "gh" + "s_"]), ALNUM, 36)

    def github_fine(self):
        """Return a fine-grained GitHub token."""
        return self.vendor("github" + "_pat_", ALNUM, 22) + "_" + self.chars(ALNUM, 59)

    def gitlab(self):
        """Return a personal access token of GitLab."""
        return self.vendor("gl" + "pat-", URLSAFE, 19) + self.chars(ALNUM, 1)

    def gitlab_job(self):
        """Return a job token of GitLab."""
        return self.vendor("gl" + "cbt-64_", URLSAFE, 19) + self.chars(ALNUM, 1)

    def slack(self):
        """Return a bot token of Slack."""
        return (
            "xo"
            + "xb-"
            + self.chars(string.digits, 12)
            + "-"
            + self.chars(string.digits, 13)
            + "-"
            + self.chars(ALNUM, 24)
        )

    def slack_hook(self):
        """Return the secret path of a Slack webhook."""
        up = string.ascii_uppercase + string.digits
        return f"T{self.chars(up, 8)}/B{self.chars(up, 10)}/{self.chars(ALNUM, 24)}"

    def stripe(self):
        """Return a live key of Stripe."""
        return self.vendor("sk" + "_live_", ALNUM, 24)

    def google_api(self):
        """Return an API key of Google."""
        return self.vendor("AI" + "za", URLSAFE, 34) + self.chars(ALNUM, 1)

    def google_oauth(self):
        """Return an access token of Google."""
        return self.vendor("ya" + "29.", URLSAFE, 130) + self.chars(ALNUM, 1)

    def pypi(self):
        """Return an upload token of PyPI."""
        return "py" + "pi-AgEIcHlwaS5vcmc" + self.chars(URLSAFE, 150) + self.chars(ALNUM, 1)

    def npm(self):
        """Return a token of npm."""
        return self.vendor("np" + "m_", ALNUM, 36)

    def hf(self):
        """Return a token of Hugging Face."""
        return self.vendor("h" + "f_", string.ascii_letters, 34)

    def openai(self):
        """Return a key of OpenAI."""
        return self.vendor("sk" + "-proj-", URLSAFE, 73) + self.chars(ALNUM, 1)

    def docker_pat(self):
        """Return a personal access token of Docker Hub."""
        return self.vendor("dck" + "r_pat_", URLSAFE, 26) + self.chars(ALNUM, 1)

    def vault(self):
        """Return a service token of Vault."""
        return self.vendor("hv" + "s.", URLSAFE, 90) + self.chars(ALNUM, 1)

    def sendgrid(self):
        """Return a key of SendGrid."""
        return "S" + "G." + self.chars(ALNUM, 22) + "." + self.chars(ALNUM, 43)

    def telegram(self):
        """Return a bot token of Telegram."""
        return self.chars("123456789", 10) + ":AA" + self.chars(ALNUM, 33)

    def azure_key(self):
        """Return the key of an Azure storage account."""
        return base64.b64encode(self.r.randbytes(64)).decode()

    def age(self):
        """Return a secret key of age."""
        return "AGE-SECRET-KEY-1" + self.chars("023456789ACDEFGHJKLMNPQRSTUVWXYZ", 58)
